"use strict";

globalThis.chat ??= {};

// Every sentence that the scripts show to a person; all others stand in the templates and come from the server.
chat.words = {
  connectionLost: "Connection lost. Trying to reconnect…",
  connectionBack: "Connected again.",
  streamStopped: (why) => `No new messages will arrive (${why}). Reload the page to try again.`,

  tooLong: (length, limit) =>
    `Not sent: ${length} characters, at most ${limit} are allowed. Shorten it or send it in parts.`,
  refused: (reasons) => `Not sent: ${reasons}`,
  // Whether the message got there is not known in these two cases.
  noAnswer: "No answer from the server. Your text is kept; try again in a moment.",
  serverTrouble: (status) => `The server has trouble (${status}). Your text is kept; try again in a moment.`,
};
