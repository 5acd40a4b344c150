import { followPage } from "../lib/page_life.js";
import { randomId } from "../lib/random_id.js";
import { createSafeStorage } from "../lib/safe_storage.js";
import { strings } from "../lib/strings.js";
import { createAnnouncer } from "./announcer.js";
import { createConnectionStatus } from "./connection_status.js";
import { connectLanguage } from "./language.js";
import { createNotifications } from "./notifications.js";
import { createRecentRooms, isPlainClick, roomAddress } from "./recent_rooms.js";
import { createRoomsButton } from "./rooms_button.js";
import { createRoomsList } from "./rooms_list.js";
import { createShare } from "./share.js";
import { connectTheme } from "./theme.js";
import { createUnreadMark } from "./unread_mark.js";
import { createUnreadRooms } from "./unread_rooms.js";

// Keeps the person informed: the connection, new and unread messages, the rooms, and the person's settings.
//
// page: what the server says in <script id="page">. isOwn(message): whether this browser has written it.
// nameOf(message): the author's name as the page shows it. leave() moves the focus away from an element that goes.
export function createStatusPanel({ $, page, storage, store, stream, isOwn, nameOf, leave }) {
  const COPIED_SHOWN_MS = 4_000;
  const TOGETHER_MS = 200;

  const connection = createConnectionStatus({
    say(text, kind = null) {
      $(".connection").attr("data-kind", kind);
      $("#status").text(text);
    },
    offer(when) {
      $("#retry").text(when ?? "");
      if (when === null && $("#retry-now").is(":focus")) leave();
      $("#retry-now").prop("hidden", when === null);
    },
    isOnline: () => navigator.onLine,
  });
  const announcer = createAnnouncer({ element: $("#announcer")[0] });
  const recentRooms = createRecentRooms(
    storage,
    createSafeStorage(() => sessionStorage),
  );
  const unreadRooms = createUnreadRooms({ storage, room: page.room, tab: randomId() });
  const rooms = createRoomsList({
    $,
    $list: $("#side .rooms"),
    template: document.getElementById("room-link"),
    recentRooms,
    unread: unreadRooms,
    addressOf: (room) => roomAddress(room, location),
    enter,
    room: page.room,
    leave: () => $("#new-room").trigger("focus"),
  });
  const roomsButton = createRoomsButton({ $button: $(".rooms-button"), counts: unreadRooms.counts });
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
  const share = createShare({
    navigator,
    isTouch: matchMedia("(pointer: coarse)").matches,
    title: document.title,
    address: location.origin + location.pathname,
    onCopied() {
      $("#share-said").text(strings.linkCopied);
      setTimeout(() => $("#share-said").text(""), COPIED_SHOWN_MS);
    },
    show(address) {
      $("#address-text").val(address);
      $("#address")[0].showModal();
      $("#address-text").trigger("select");
    },
  });

  // A link enters its room with the person's name. If the name came with a link, the room's own page asks for it.
  function enter(room, event) {
    if (!recentRooms.isOwn(page.user) || !isPlainClick(event)) return;
    event.preventDefault();
    recentRooms.give(page.user);
    location.assign(roomAddress(room, location, page.user));
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
  }

  function openRooms() {
    unreadRooms.open(drawRooms);
    drawRooms();
  }

  function showOtherName() {
    const name = recentRooms.name();
    if (name === "" || recentRooms.isOwn(page.user)) return;
    $("<a>").attr("href", location.pathname).text(strings.otherName(page.user, name)).appendTo("#other-name");
  }

  let drawing = null;

  // Without the sight of the page, a person should also hear which Ann it is.
  function named(message) {
    return { ...message, from: nameOf(message) };
  }

  // count: messages of others that the person has not seen. message: the newest of them if it has just come, or null.
  function showUnread(count, message) {
    unreadMark.show(count);
    unreadRooms.set(count);
    if (message) notifications.add(named(message));
    if (count === 0) notifications.clear();
  }

  stream.listen({ opened: connection.back, lost: connection.lost, stopped: connection.stopped });
  store.listen({
    received: (message, isNew) => isNew && !isOwn(message) && announcer.announce(named(message)),
  });

  $("#retry-now").on("click", stream.wake);
  $("[aria-current]").on("click", (event) => enter(page.room, event));
  $("#share").prop("hidden", false).on("click", () => share());
  $("#notify").on("change", notifications.changed);
  $("#theme-choice").prop("hidden", false);
  connectTheme(document, $("#theme")[0], $("meta[name=theme-color]").get());
  connectLanguage($("#language-choice")[0]);
  notifications.show();
  $(".new-room").on("submit", () => recentRooms.isOwn(page.user) && recentRooms.give(page.user));
  recentRooms.visit(page);
  showOtherName();
  openRooms();
  followPage(window, { onClose: unreadRooms.close, onReturn: openRooms });
  $(window).on({
    "focus blur": () => unreadMark.show(),
    online: connection.networkChanged,
    offline: connection.networkChanged,
    storage({ originalEvent }) {
      if (recentRooms.isAbout(originalEvent) || unreadRooms.isAbout(originalEvent)) drawSoon();
      if (notifications.isAbout(originalEvent)) notifications.show();
    },
  });

  return { showUnread, share };
}
