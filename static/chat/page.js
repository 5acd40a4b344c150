"use strict";

// Wires the parts of the chat page together: the one script that knows them all.
jQuery(($) => {
  const { words, isMessage, readJson } = chat;
  const page = JSON.parse(document.getElementById("page").textContent);
  const hasMouse = matchMedia("(pointer: fine)").matches; // focus in the field would open a phone's keyboard
  const $log = $(".log");
  const $field = $("#text");
  const leave = () => (hasMouse ? $field : $log).trigger("focus"); // when what had the focus is gone

  const storage = chat.safeStorage(() => localStorage);
  const knowing = chat.knowing({ $, page, words, storage, retry: () => stream.wake(), leave });
  const list = chat.messageList({
    ajax: $.ajax,
    sendBeacon: (url, data) => navigator.sendBeacon?.(url, data),
    url: page.messagesUrl,
    user: page.user,
    isMessage,
    words,
  });
  const writing = chat.writing({
    $,
    page,
    words,
    storage,
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
    storage,
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
    frontier: page.newest,
    after: list.after,
    since: list.since,
    add,
    change,
    backOff: chat.backOff(),
  });

  // What became of the stream stands in the page too.
  const streamIs = (state) => $("html").attr("data-stream", state);
  const stream = chat.sharedStream({
    SharedWorker: window.SharedWorker,
    workerUrl: page.streamWorkerUrl,
    url: page.eventsUrl,
    lastEventId: page.lastEventId,
    ownStream: (options) =>
      chat.eventStream({ EventSource, isMessage, readJson, backOff: chat.backOff(), ...options }),
    isHidden: () => document.hidden,
    onMessage: catchUp.told,
    onChange: catchUp.changed,
    onReset: catchUp.reset,
    onOpen() {
      streamIs("open");
      knowing.status.back();
      catchUp.goOn();
      writing.send();
    },
    onLost(retryInMs) {
      streamIs("lost");
      knowing.status.lost(retryInMs);
    },
    onError(why) {
      streamIs("stopped");
      knowing.status.stopped(why);
    },
  });

  $(document).on("visibilitychange", () => (document.hidden ? stream.hide() : stream.wake()));
  $(window).on({
    online() {
      stream.open();
      catchUp.goOn();
      writing.send();
    },
    // A page with an open stream is not let into the back-forward cache, or comes out of it with a dead one.
    pagehide() {
      stream.close();
      writing.hurry();
    },
    pageshow: ({ originalEvent }) => originalEvent.persisted && stream.open(),
  });

  writing.begin(reading.shown);
  stream.open();

  const pointed = document.activeElement !== document.body; // at a message, by the address
  if (hasMouse && !pointed) $field.trigger("focus");
});
