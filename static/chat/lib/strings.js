import { gettext, ngettext } from "./gettext.js";

// Returns the name such that it can't turn around the words near it. Names may be Arabic, and may contain U+202E.
const isolated = (name) =>
  /^[ -~]*$/.test(name) ? name : `\u2068${name.replace(/[\u202a-\u202e\u2066-\u2069]/g, "")}\u2069`;

// Every sentence that the scripts show to people. The other sentences are in the templates or come from the server.
export const strings = {
  connectionLost: gettext("Connection lost."),
  reconnecting: (seconds) =>
    seconds > 0 ? gettext("Reconnecting in {seconds} s…", { seconds }) : gettext("Reconnecting…"),
  offline: gettext("You are offline. What you write waits here."),
  connectionBack: gettext("Connected again."),
  streamStopped: (why) =>
    why
      ? gettext("No new messages will arrive ({why}). Reload the page to try again.", { why })
      : gettext("No new messages will arrive. Reload the page to try again."),

  otherName: (user, name) => gettext("You are {user} here, not {name}. Change name", { user, name }),
  unreadMessages: (count) => ngettext("{count} unread message", "{count} unread messages", count),
  roomsWithUnread: (count) => ngettext("Rooms, {count} unread message", "Rooms, {count} unread messages", count),
  // For the list of rooms. The name is isolated, so that the text alone decides in which direction the line goes.
  lastLine: (from, text) => gettext("{name}: {text}", { name: `\u2068${isolated(from)}\u2069`, text }),
  openRoom: (room) => gettext("Open #{room}", { room: isolated(room) }),
  forgetRoom: (room) => gettext("Remove #{room} from the list", { room: isolated(room) }),
  linkCopied: gettext("Link copied"),
  notificationTitle: (from, room) =>
    gettext("{name} in #{room}", { name: isolated(from), room: isolated(room) }),
  notificationsBlocked: gettext("Your browser blocks notifications from this site. Its settings can allow them."),
  notificationsImpossible: gettext("This browser can’t show notifications of a page."),

  tooLong: (length, limit) =>
    gettext("Not sent: {length} characters, at most {limit} are allowed. Shorten it or send it in parts.", {
      length,
      limit,
    }),
  blank: gettext("Not sent: there is nothing in it that can be seen."),
  storageFull: gettext(
    "This browser’s storage for the chat is full. A reload loses drafts, unsent messages and the right to edit new ones.",
  ),
  roomState: ({ locked, slow, paused }) =>
    paused
      ? gettext("The chat is paused: {words}. What you write waits here.", { words: paused })
      : locked
      ? gettext("A moderator has locked this room. You can read on.")
      : slow > 0
        ? ngettext("Slow mode: one message in {count} second.", "Slow mode: one message in {count} seconds.", slow)
        : "",
  sending: gettext("Sending…"),
  tooFast: gettext("You write faster than this chat allows. This waits a moment."),
  refused: (reasons) => gettext("Not sent: {reasons}", { reasons }),
  refusedWithout: (status) => gettext("Not sent: the server refused it ({status}).", { status }),
  // In these cases the message may have arrived. Its key makes sure that the server stores it only once.
  noAnswer: gettext(
    "Not confirmed: the server does not answer. You can safely resend it: it will appear only once.",
  ),
  serverTrouble: (status) =>
    gettext(
      "Not confirmed: the server has trouble ({status}). You can safely resend it: it will appear only once.",
      { status },
    ),
  typedLongAgo: gettext("Not confirmed, and typed a while ago. Do you still want to send it?"),

  newMessages: (count) => ngettext("{count} new message", "{count} new messages", count),
  newSince: (count, since) => ngettext("{count} new since {since}", "{count} new since {since}", count, { since }),
  moreThanNew: (count) => ngettext("More than {count} new message", "More than {count} new messages", count),
  toNewest: gettext("To the newest messages"),
  said: (from, text) => gettext("{name}: {text}", { name: isolated(from), text }),
  historyFailed: gettext("Messages could not be loaded. Scroll on to try again."),
  noSuchMessage: gettext("That message is not here (any more)."),
  waitsElsewhere: (count, name) =>
    ngettext(
      "{count} message you wrote as {name} is not sent yet.",
      "{count} messages you wrote as {name} are not sent yet.",
      count,
      { name: isolated(name) },
    ),

  charactersLeft: (count) => ngettext("{count} character left", "{count} characters left", count),
  charactersTooMany: (count) => ngettext("{count} character too many", "{count} characters too many", count),

  save: gettext("Save"),
  savingNow: gettext("Saving…"),
  editFirst: gettext("Save or cancel this edit first."),
  editBlank: gettext("Not saved: there is no text. To take the message back, delete it."),
  editTooLong: (length, limit) =>
    gettext("Not saved: {length} characters, at most {limit} are allowed.", { length, limit }),
  editedElsewhere: gettext("This message has been edited elsewhere meanwhile. Saving replaces that."),
  deletedElsewhere: (hasText) =>
    hasText
      ? gettext(
          "This message has been deleted meanwhile. What you wrote is here: you can send it as a new message.",
        )
      : gettext("This message has been deleted meanwhile."),
  // People may try a change again: the same change has the same result twice.
  saving: {
    refused: (reasons) => gettext("Not saved: {reasons}", { reasons }),
    refusedWithout: (status) => gettext("Not saved: the server refused it ({status}).", { status }),
    noAnswer: gettext("Not confirmed: the server does not answer. You can safely save it again."),
    serverTrouble: (status) =>
      gettext("Not confirmed: the server has trouble ({status}). You can safely save it again.", { status }),
    known: {
      403: gettext("Not saved: this browser can’t change the message."),
    },
  },
  deleting: {
    refused: (reasons) => gettext("Not deleted: {reasons}", { reasons }),
    refusedWithout: (status) => gettext("Not deleted: the server refused it ({status}).", { status }),
    noAnswer: gettext("Not confirmed: the server does not answer. You can safely delete it again."),
    serverTrouble: (status) =>
      gettext("Not confirmed: the server has trouble ({status}). You can safely delete it again.", { status }),
    known: {
      403: gettext("Not deleted: this browser can’t change the message."),
      404: gettext("Not deleted: the message is no longer there."),
    },
  },
};
