"use strict";

globalThis.chat ??= {};

// Wires what lets a person know: the connection's state, what is unread and where, the rooms, and their settings.
//
// retry(): tries to connect at once; leave(): the focus has nowhere to be.
chat.knowing = function ({ $, page, words, storage, retry, leave }) {
  const SAID_MS = 4_000;

  const status = chat.connectionStatus({
    say: (text) => $("#status").text(text),
    offer(when) {
      $("#retry").text(when ?? "");
      if (when === null && $("#retry-now").is(":focus")) leave();
      $("#retry-now").prop("hidden", when === null);
    },
    words,
    isOnline: () => navigator.onLine,
  });
  const visits = chat.visits(storage);
  const unreadRooms = chat.unreadRooms({ storage, room: page.room, tab: chat.randomId() });
  const rooms = chat.roomsList({
    $,
    $list: $("#side .rooms"),
    template: document.getElementById("room-link"),
    visits,
    unread: unreadRooms,
    addressOf: (room) => chat.roomAddress(room, page.user, location),
    room: page.room,
    words,
    leave: () => $("#new-room").trigger("focus"),
  });
  const unreadMark = chat.unreadMark(document, $("link[rel=icon]")[0]);
  const notifications = chat.notifications({
    Notification: globalThis.Notification,
    isSecure: isSecureContext,
    storage,
    document,
    checkbox: $("#notify")[0],
    choice: $("#notify-choice")[0],
    hint: (text) => $("#notify-hint").text(text),
    focus: () => window.focus(),
    words,
    room: page.room,
  });
  const $shareSaid = $("#share-said");
  const share = chat.share({
    navigator,
    isTouch: matchMedia("(pointer: coarse)").matches,
    title: document.title,
    address: location.origin + location.pathname,
    said() {
      $shareSaid.text(words.linkCopied);
      setTimeout(() => $shareSaid.text(""), SAID_MS);
    },
    show(address) {
      $("#address-text").val(address);
      $("#address")[0].showModal();
      $("#address-text").trigger("select");
    },
  });

  // count: messages of others that have not been seen; message: the newest of them, if it has just come.
  function onUnread(count, message) {
    unreadMark.show(count);
    unreadRooms.set(count);
    if (message) notifications.tell(message);
    if (count === 0) notifications.read();
  }

  $("#retry-now").on("click", retry);
  $("#share").prop("hidden", false).on("click", share);
  $("#notify").on("change", notifications.changed);
  $("#theme-choice").prop("hidden", false);
  chat.theme(document, $("#theme")[0]);
  notifications.show();
  visits.visit(page);
  unreadRooms.open(rooms.draw);
  rooms.draw();
  $(window).on({
    online: status.networkChanged,
    offline: status.networkChanged,
    pagehide: unreadRooms.close,
    pageshow({ originalEvent }) {
      if (!originalEvent.persisted) return;
      unreadRooms.open(rooms.draw);
      rooms.draw();
    },
    storage({ originalEvent }) {
      if (visits.isAbout(originalEvent) || unreadRooms.isAbout(originalEvent)) rooms.draw();
      if (notifications.isAbout(originalEvent)) notifications.show();
    },
  });

  return { status, onUnread };
};
