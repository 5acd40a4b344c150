"use strict";

// Wires the parts of the chat page together: the one script that knows them all.
jQuery(($) => {
  const { words, isMessage, readJson } = chat;
  const page = JSON.parse(document.getElementById("page").textContent);
  const hasMouse = matchMedia("(pointer: fine)").matches; // focus in the field would open a phone's keyboard
  const $log = $(".log");
  const $field = $("#text");
  const leave = () => (hasMouse ? $field : $log).trigger("focus"); // when what had the focus is gone

  const knowing = chat.knowing({ $, page, words, retry: () => stream.open(), leave });
  const list = chat.messageList({ ajax: $.ajax, url: page.messagesUrl, user: page.user, isMessage, words });
  const writing = chat.writing({
    $,
    page,
    words,
    list,
    $messages: $(".messages"),
    draw: (message) => reading.draw(message),
    add,
    change,
    onSaid: () => reading.toNewest(),
    onSent: () => stream.wake(), // it need not wait for its turn: the server is there
    leave,
  });
  const reading = chat.reading({
    $,
    page,
    list,
    words,
    storage: () => localStorage,
    decorate: writing.decorate,
    focus: leave,
    onUnread: knowing.onUnread,
  });

  function add(message) {
    writing.settle(message);
    reading.add(message);
  }

  function change(message) {
    writing.changed(message);
    reading.change(message);
  }

  const catchUp = chat.catchUp({
    frontier: reading.shown.at(-1)?.id ?? 0,
    after: list.after,
    since: list.since,
    add,
    change,
    backOff: chat.backOff(),
  });

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
      knowing.status.back();
      catchUp.goOn();
      writing.send();
    },
    onLost: knowing.status.lost,
    onError: knowing.status.stopped,
    backOff: chat.backOff(),
  });

  $(document).on("visibilitychange", () => document.visibilityState === "visible" && stream.wake());
  $(window).on({
    online() {
      stream.open();
      catchUp.goOn();
      writing.send();
    },
    // A page with an open stream is not let into the back-forward cache, or comes out of it with a dead one.
    pagehide: () => stream.close(),
    pageshow: ({ originalEvent }) => originalEvent.persisted && stream.open(),
  });

  writing.begin(reading.shown);
  stream.open();

  if (hasMouse) $field.trigger("focus");
});
