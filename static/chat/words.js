"use strict";

globalThis.chat ??= {
  today: "Today",
  yesterday: "Yesterday",
  newMessages: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
  toNewest: "To the newest messages",
  said: (from, text) => `${from}: ${text}`,
  historyFailed: "Messages could not be loaded. Scroll on to try again.",
  noSuchMessage: "That message is not here (any more).",
};

// Every sentence that the scripts show to a person; all others stand in the templates and come from the server.
chat.words = {
  connectionLost: "Connection lost. Trying to reconnect…",
  connectionBack: "Connected again.",
  streamStopped: (why) => `No new messages will arrive${why && ` (${why})`}. Reload the page to try again.`,

  tooLong: (length, limit) =>
    `Not sent: ${length} characters, at most ${limit} are allowed. Shorten it or send it in parts.`,
  refused: (reasons) => `Not sent: ${reasons}`,
  refusedWithout: (status) => `Not sent: the server refused it (${status}).`,
  // Whether the message got there is not known in these cases; its key sees to it that it gets there once.
  noAnswer: "Not confirmed: the server does not answer. You can safely resend it: it will appear only once.",
  serverTrouble: (status) =>
    `Not confirmed: the server has trouble (${status}). You can safely resend it: it will appear only once.`,
  typedLongAgo: "Not confirmed, and typed a while ago. Do you still want to send it?",

  today: "Today",
  yesterday: "Yesterday",
  newMessages: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
  toNewest: "To the newest messages",
  said: (from, text) => `${from}: ${text}`,
  historyFailed: "Messages could not be loaded. Scroll on to try again.",
  noSuchMessage: "That message is not here (any more).",
};
