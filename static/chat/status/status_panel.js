import { followPage } from "../lib/page_life.js";
import { randomId } from "../lib/random_id.js";
import { createSafeStorage } from "../lib/safe_storage.js";
import { strings } from "../lib/strings.js";
import { createAnnouncer } from "./announcer.js";
import { createAskRooms } from "./ask_rooms.js";
import { connectNotice } from "./connection_notice.js";
import { createNewestMessage } from "./newest_message.js";
import { createNotifications } from "./notifications.js";
import { createRecentRooms, isPlainClick, roomAddress } from "./recent_rooms.js";
import { createRoomLines } from "./room_lines.js";
import { createRoomsButton } from "./rooms_button.js";
import { createRoomsFilter } from "./rooms_filter.js";
import { createRoomsList } from "./rooms_list.js";
import { connectShare } from "./share_button.js";
import { connectTheme } from "./theme.js";
import { createUnreadMark } from "./unread_mark.js";
import { createUnreadRooms } from "./unread_rooms.js";

// Keeps the person informed: the connection, new and unread messages, the rooms, and the person's settings.
//
// page: what the server says in <script id="page">. isOwn(message): whether the person has written it.
// nameOf(message): the author's name as the page shows it. lastRead(room): the id up to which the person has read
// another room, or null. showTime(element) writes the element's date for people. leave() moves the focus away from an
// element that goes. initials: of the person's name.
export function createStatusPanel(parts) {
  const { $, page, storage, store, stream, isOwn, nameOf, lastRead, showTime, initials, leave } = parts;
  const TOGETHER_MS = 200;
  const TIMEOUT_MS = 20_000;
  const SIGNED_OUT = 401;

  const announcer = createAnnouncer({ element: $("#announcer")[0] });
  const recentRooms = createRecentRooms(
    storage,
    createSafeStorage(() => sessionStorage),
  );
  const unreadRooms = createUnreadRooms({ storage, room: page.room, tab: randomId() });
  const lines = createRoomLines({ storage, reader: page.known });
  const rooms = createRoomsList({
    $,
    $list: $("#side .rooms"),
    $end: $("#opener"),
    template: document.getElementById("room-link"),
    recentRooms,
    lineOf: (room) => (room === page.room ? newest : lineIn(room)),
    countOf,
    showTime,
    addressOf: (room) => roomAddress(room, location),
    enter,
    room: page.room,
    leave: () => $("#new-room").trigger("focus"),
  });
  const roomsButton = createRoomsButton({ $button: $(".rooms-button"), counts: unreadRooms.counts });
  const filter = createRoomsFilter({
    field: $("#new-room")[0],
    form: $(".new-room")[0],
    rooms: rooms.rooms,
    opener: $("#opener")[0],
    openerText: strings.openRoom,
    open: go,
  });
  const askRooms = createAskRooms({
    rooms: () => recentRooms.rooms().filter((room) => room !== page.room && !unreadRooms.counts().has(room)),
    ask: (room, data) => $.ajax({ url: messagesUrl(room), dataType: "json", timeout: TIMEOUT_MS, data }),
    lines,
    lastRead,
    onAnswer: drawSoon,
  });
  const unreadMark = createUnreadMark(document, $("link[rel=icon]")[0]);
  const notifications = createNotifications({
    Notification: globalThis.Notification,
    isSecure: isSecureContext,
    storage,
    document,
    checkbox: $("#notify")[0],
    choice: $("#notify-choice")[0],
    hint: (text) => $("#notify-hint").text(text),
    focus: () => window.focus(),
    room: page.room,
  });
  const messagesUrl = (room) => new URL(`../../${encodeURIComponent(room)}/messages/`, location.origin + page.messagesUrl);

  function lineIn(room) {
    const line = lines.read(room);
    return line?.id === undefined ? null : line;
  }

  // A room's own tabs know best. Without one, what counted is read if the person has been there since.
  function countOf(room) {
    const counted = unreadRooms.counts().get(room);
    if (counted !== undefined) return counted;
    const line = lineIn(room);
    return line === null || (lastRead(room) ?? Infinity) >= line.id ? 0 : line.count;
  }

  // A link enters its room with the person's name. If the name came with a link, the room's own page asks for it.
  function enter(room, event) {
    if (!isPlainClick(event)) return;
    event.preventDefault();
    go(room);
  }

  function go(room) {
    const isOwnName = recentRooms.isOwn(page.user);
    closePanel();
    if (room === page.room && isOwnName) {
      filter.clear();
      leave();
      return;
    }
    if (isOwnName) recentRooms.give(page.user);
    location.assign(roomAddress(room, location, isOwnName ? page.user : ""));
  }

  function closePanel() {
    $("#side:popover-open").each((_, side) => side.hidePopover());
  }

  // Another tab may write many items at once, and each draw reads the names of all items.
  function drawSoon() {
    drawing ??= setTimeout(() => {
      drawing = null;
      drawRooms();
    }, TOGETHER_MS);
  }

  function drawRooms() {
    rooms.draw();
    roomsButton.draw();
    filter.draw();
  }

  function openRooms() {
    unreadRooms.open(drawRooms);
    drawRooms();
    askRooms.look();
  }

  function closeRooms() {
    lines.flush();
    unreadRooms.close();
  }

  function keepLine() {
    if (page.atEnd || newest !== null) lines.writeSoon(page.room, newest, unreadCount);
  }

  function showOtherName() {
    const name = recentRooms.name();
    if (name === "" || recentRooms.isOwn(page.user)) return;
    $("<a>").attr("href", location.pathname).text(strings.otherName(page.user, name)).appendTo("#other-name");
  }

  let drawing = null;
  let newest = null;
  let unreadCount = 0;

  // Without the sight of the page, a person should also hear which Ann it is.
  function named(message) {
    return { ...message, from: nameOf(message) };
  }

  // count: messages of others that the person has not seen. message: the newest of them if it has just come, or null.
  function showUnread(count, message) {
    unreadMark.show(count);
    unreadRooms.set(count);
    unreadCount = count;
    keepLine();
    if (message) notifications.add(named(message));
    if (count === 0) notifications.clear();
  }

  stream.listen({
    refused(status) {
      announcer.clear();
      notifications.close();
      lines.forget(page.room);
      if (status === SIGNED_OUT) lines.keepOnly([]);
      drawRooms();
    },
  });
  store.listen({
    received: (message, isNew) => isNew && !isOwn(message) && announcer.announce(named(message)),
  });

  createNewestMessage({
    store,
    isAtEnd: page.atEnd,
    onChange(message) {
      newest = message;
      keepLine();
      drawSoon();
    },
  });

  connectNotice({ $, stream, leave });
  $("#side").on({
    keydown: (event) => filter.press(event.originalEvent),
    // The keyboard has left the panel. What it reaches next is behind it.
    focusout({ currentTarget, relatedTarget }) {
      if (relatedTarget && !currentTarget.contains(relatedTarget)) closePanel();
    },
  });
  $("#command").text((_, text) => text.replace($("#command").attr("data-origin"), location.origin));
  $(".me .disc").text(initials);
  $("#notify").on("change", notifications.changed);
  $("#theme-choice").prop("hidden", false);
  connectTheme(document, $("#theme")[0], $("meta[name=theme-color]").get(), new URL(".", location).pathname);
  notifications.show();
  // Unless a listed room is meant, and go() has entered it.
  $(".new-room").on("submit", (event) => {
    if (!event.isDefaultPrevented() && recentRooms.isOwn(page.user)) recentRooms.give(page.user);
  });
  recentRooms.visit(page);
  lines.keepOnly([page.room, ...recentRooms.rooms()]);
  // After closeRooms(), which writes the last ones.
  $("#sign-out").on("submit", () => $(window).one("pagehide", () => lines.keepOnly([])));
  showOtherName();
  openRooms();
  followPage(window, { onClose: closeRooms, onReturn: openRooms });
  $(window).on({
    "focus blur": () => unreadMark.show(),
    focus: () => askRooms.look(),
    storage({ originalEvent }) {
      if ([recentRooms, unreadRooms, lines].some(({ isAbout }) => isAbout(originalEvent))) drawSoon();
      if (notifications.isAbout(originalEvent)) notifications.show();
    },
  });

  $(document).on("visibilitychange", () => document.hidden || askRooms.look());

  return { showUnread, share: connectShare($) };
}
