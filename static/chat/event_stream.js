"use strict";

globalThis.chat ??= {};

// Holds a room's event stream open, from the page's last event id on.
//
// Every loss opens a new ReconnectingEventSource at the last id seen here. Left to itself it would go on from the
// id of its last event, and a stream that was cut before its first message has had "stream-open" only, which has
// none: what is sent until it is back would be lost. It is good for the time until the stream opens: it goes on
// trying after a 502 too, where a plain EventSource gives up for good.
//
// Events by name only: onmessage would handle each "message" a second time.
chat.eventStream = function ({
  ReconnectingEventSource,
  url,
  lastEventId,
  onMessage,
  onReset,
  onOpen,
  onLost,
  onError,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
  random = Math.random,
}) {
  const SILENCE_MS = 45_000; // two keep-alives of 20 s missed: the socket is dead, whatever it says
  const SPREAD_MS = 3_000; // a restarted proxy is not met by all of its readers in the same instant

  let source = null;
  let timer = null;

  function open() {
    close();
    source = new ReconnectingEventSource(url, { lastEventId });
    source.onerror = lost;
    source.addEventListener("keep-alive", heard);
    source.addEventListener("stream-open", (event) => {
      heard(event);
      onOpen();
    });
    source.addEventListener("message", (event) => {
      heard(event);
      onMessage(JSON.parse(event.data));
    });
    source.addEventListener("stream-reset", (event) => {
      heard(event);
      onReset();
    });
    source.addEventListener("stream-error", (event) => {
      close(); // for good; its id is "error", so going on from it would fail again
      onError(JSON.parse(event.data).text);
    });
    after(SILENCE_MS, lost);
  }

  function heard(event) {
    lastEventId = event.lastEventId || lastEventId;
    after(SILENCE_MS, lost);
  }

  function lost() {
    close();
    onLost();
    after(random() * SPREAD_MS, open);
  }

  function after(delay, action) {
    clearTimeout(timer);
    timer = setTimeout(action, delay);
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  return { open };
};
