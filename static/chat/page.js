"use strict";

// Wires the parts of the chat page together: the one script that knows them all.
jQuery(($) => {
  const { words, isMessage, readJson } = chat;
  const page = JSON.parse(document.getElementById("page").textContent);
  const hasMouse = matchMedia("(pointer: fine)").matches; // focus in the field would open a phone's keyboard
  const $log = $(".log");
  const $field = $("#text");
  const $problem = $("#text-problem");
  const $status = $("#status");

  const list = chat.messageList({ ajax: $.ajax, url: page.messagesUrl, user: page.user, isMessage, words });

  const reading = chat.reading({
    $,
    page,
    list,
    words,
    storage: () => localStorage,
    focus: () => (hasMouse ? $field : $log).trigger("focus"),
  });

  const pending = chat.pendingView({
    $,
    $list: $(".outbox"),
    template: document.getElementById("pending"),
    draw: reading.draw,
    user: page.user,
    onResend: (tag) => outbox.resend(tag),
    onDiscard: (tag) => outbox.discard(tag),
    leave: () => (hasMouse ? $field : $log).trigger("focus"),
  });
  const store = chat.pendingStore({ storage: () => localStorage, room: page.room, user: page.user });
  const outbox = chat.outbox({
    store,
    post: list.post,
    user: page.user,
    newId: chat.randomId,
    words,
    show: pending.show,
    hide: pending.hide,
    onSent(message) {
      add(message);
      stream.wake(); // it need not wait for its turn: the server is there
    },
    backOff: chat.backOff(),
  });
  const composer = chat.composer({
    field: $field[0],
    hand(text) {
      outbox.add(text);
      reading.toNewest();
    },
    maxLength: page.maxTextLength,
    words,
    showProblem(text) {
      $problem.text(text);
      $field.attr("aria-invalid", text ? "true" : null);
    },
  });

  function add(message) {
    outbox.settle(message);
    reading.add(message);
  }

  const catchUp = chat.catchUp({
    frontier: reading.shown.at(-1)?.id ?? 0,
    after: list.after,
    since: list.since,
    add,
    change: reading.change,
    backOff: chat.backOff(),
  });
  const status = chat.connectionStatus({ say: (text) => $status.text(text), words });
  const stream = chat.eventStream({
    EventSource,
    url: page.eventsUrl,
    lastEventId: page.lastEventId,
    isMessage,
    readJson,
    onMessage: catchUp.told,
    onChange: catchUp.changed,
    onReset: catchUp.reset,
    onOpen() {
      status.back();
      catchUp.goOn();
      outbox.send();
    },
    onLost: status.lost,
    onError: status.stopped,
    backOff: chat.backOff(),
  });

  $("#composer").on("submit", (event) => {
    event.preventDefault();
    composer.send();
  });
  $field.on("keydown", (event) => composer.keydown(event.originalEvent));
  $(document).on("visibilitychange", () => document.visibilityState === "visible" && stream.wake());
  $(window).on({
    online() {
      stream.open();
      catchUp.goOn();
      outbox.send();
    },
    // A page with an open stream is not let into the back-forward cache, or comes out of it with a dead one.
    pagehide: () => stream.close(),
    pageshow: ({ originalEvent }) => originalEvent.persisted && stream.open(),
    storage: ({ originalEvent }) => outbox.discard(store.tagRemoved(originalEvent)),
  });

  outbox.restore();
  reading.shown.forEach(outbox.settle);
  outbox.send();
  stream.open();

  if (hasMouse) $field.trigger("focus");
});
