// Returns the name such that it can't turn around the words near it. Names may be Arabic, and may contain U+202E.
const isolated = (name) =>
  /^[ -~]*$/.test(name) ? name : `\u2068${name.replace(/[\u202a-\u202e\u2066-\u2069]/g, "")}\u2069`;

// Every sentence that the scripts show to people. The other sentences are in the templates or come from the server.
export const strings = {
  connectionLost: "Connection lost.",
  reconnecting: (seconds) => (seconds > 0 ? `Reconnecting in ${seconds} s…` : "Reconnecting…"),
  offline: "You are offline. What you write waits here.",
  connectionBack: "Connected again.",
  streamStopped: (why) => `No new messages will arrive${why && ` (${why})`}. Reload the page to try again.`,

  otherName: (user, name) => `You are ${user} here, not ${name}. Change name`,
  unreadMessages: (count) => (count === 1 ? "1 unread message" : `${count} unread messages`),
  forgetRoom: (room) => `Remove #${isolated(room)} from the list`,
  linkCopied: "Link copied",
  notificationTitle: (from, room) => `${isolated(from)} in #${isolated(room)}`,
  notificationsBlocked: "Your browser blocks notifications from this site. Its settings can allow them.",
  notificationsImpossible: "This browser can’t show notifications of a page.",

  tooLong: (length, limit) =>
    `Not sent: ${length} characters, at most ${limit} are allowed. Shorten it or send it in parts.`,
  blank: "Not sent: there is nothing in it that can be seen.",
  storageFull:
    "This browser’s storage for the chat is full. A reload loses drafts, unsent messages and the right to edit new ones.",
  roomState: ({ locked, slow }) =>
    locked
      ? "A moderator has locked this room. You can read on."
      : slow > 0
        ? `Slow mode: one message in ${slow} seconds.`
        : "",
  moderating: "Working…",
  moderated: (removed) =>
    removed === 0 ? "Done." : `Done: ${removed === 1 ? "1 message" : `${removed} messages`} removed.`,
  notModerated: (status) => `This did not work (${status}). Try again.`,
  sending: "Sending…",
  tooFast: "You write faster than this chat allows. This waits a moment.",
  refused: (reasons) => `Not sent: ${reasons}`,
  refusedWithout: (status) => `Not sent: the server refused it (${status}).`,
  // In these cases the message may have arrived. Its key makes sure that the server stores it only once.
  noAnswer: "Not confirmed: the server does not answer. You can safely resend it: it will appear only once.",
  serverTrouble: (status) =>
    `Not confirmed: the server has trouble (${status}). You can safely resend it: it will appear only once.`,
  typedLongAgo: "Not confirmed, and typed a while ago. Do you still want to send it?",

  today: "Today",
  yesterday: "Yesterday",
  newMessages: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
  newSince: (count, since) => `${count} new since ${since}`,
  toNewest: "To the newest messages",
  said: (from, text) => `${isolated(from)}: ${text}`,
  historyFailed: "Messages could not be loaded. Scroll on to try again.",
  noSuchMessage: "That message is not here (any more).",
  waitsElsewhere: (count, name) =>
    count === 1
      ? `A message you wrote as ${isolated(name)} is not sent yet.`
      : `${count} messages you wrote as ${isolated(name)} are not sent yet.`,

  charactersLeft: (count) => (count === 1 ? "1 character left" : `${count} characters left`),
  charactersTooMany: (count) => (count === 1 ? "1 character too many" : `${count} characters too many`),

  save: "Save",
  savingNow: "Saving…",
  editFirst: "Save or cancel this edit first.",
  editBlank: "Not saved: there is no text. To take the message back, delete it.",
  editTooLong: (length, limit) => `Not saved: ${length} characters, at most ${limit} are allowed.`,
  editedElsewhere: "This message has been edited elsewhere meanwhile. Saving replaces that.",
  deletedElsewhere: (hasText) =>
    `This message has been deleted meanwhile.${hasText ? " What you wrote is here, if you want to send it anew." : ""}`,
  // People may try a change again: the same change has the same result twice.
  saving: {
    refused: (reasons) => `Not saved: ${reasons}`,
    refusedWithout: (status) => `Not saved: the server refused it (${status}).`,
    noAnswer: "Not confirmed: the server does not answer. You can safely save it again.",
    serverTrouble: (status) => `Not confirmed: the server has trouble (${status}). You can safely save it again.`,
    known: {
      403: "Not saved: this browser can’t change the message.",
    },
  },
  deleting: {
    refused: (reasons) => `Not deleted: ${reasons}`,
    refusedWithout: (status) => `Not deleted: the server refused it (${status}).`,
    noAnswer: "Not confirmed: the server does not answer. You can safely delete it again.",
    serverTrouble: (status) => `Not confirmed: the server has trouble (${status}). You can safely delete it again.`,
    known: {
      403: "Not deleted: this browser can’t change the message.",
      404: "Not deleted: the message is no longer there.",
    },
  },
};
