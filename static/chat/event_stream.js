"use strict";

globalThis.chat ??= {};

// Holds a room's event stream open, from the page's last event id on.
//
// An EventSource's own way back is not used: it gives up for good on a 502, comes back at the same pace however often
// it fails, and goes on from its last *message*. Each attempt is a new one, with the last id seen here in its address,
// and its first error is its last.
//
// Events by name only: onmessage would handle each "message" a second time.
//
// onMessage(message, eventId), onChange(message, eventId): it was edited or deleted. onReset(goodEventId, eventId, data):
// what came after goodEventId is not known, the stream goes on from eventId. onLost(ms): the next attempt comes in ms;
// null: it is being made.
chat.eventStream = function ({
  EventSource,
  url,
  lastEventId,
  isMessage,
  readJson,
  onMessage,
  onChange,
  onReset,
  onOpen,
  onLost,
  onError,
  backOff,
  now = Date.now,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  const OPENED_MS = 15_000; // a proxy that was just starting may have lost the request, and never answers it
  const SILENCE_MS = 50_000; // two keep-alives of 20 s missed: the socket is dead, whatever it says
  const DOUBT_MS = 25_000; // one missed: reason enough for a page that has just been woken
  const HEALTHY_MS = 15_000; // the first keep-alive, after 20 s, proves it
  const LOOK_MS = 5_000; // a timer stands still while the machine sleeps, its clock goes on

  let source = null;
  let timer = null;
  let heardAt = 0;
  let openSince = null;
  let stopped = false;

  function open() {
    if (stopped) return;
    close();
    onLost(null);
    heardAt = now();
    source = new EventSource(`${url}&${new URLSearchParams({ lastEventId })}`);
    source.onerror = lost;
    listen("keep-alive", () => {});
    listen("stream-open", opened);
    listen("message", tell(onMessage));
    listen("message-edited", tell(onChange));
    listen("message-deleted", tell(onChange));
    listen("stream-reset", ({ data }, goodEventId) => onReset(goodEventId, lastEventId, readJson(data)));
    source.addEventListener("stream-error", refused); // its id is "error": going on from it would fail again
    watch();
  }

  function listen(name, action) {
    source.addEventListener(name, (event) => {
      heardAt = now();
      const goodEventId = lastEventId;
      lastEventId = event.lastEventId || lastEventId;
      // Not as soon as it opens: a server that goes down again and again is to be spared.
      if (openSince !== null && heardAt - openSince >= HEALTHY_MS) backOff.reset();
      action(event, goodEventId);
    });
  }

  function opened() {
    openSince = now();
    onOpen();
  }

  function tell(receiver) {
    return ({ data }) => {
      const message = readJson(data);
      if (isMessage(message)) receiver(message, lastEventId);
    };
  }

  function refused({ data }) {
    stopped = true;
    close();
    const why = readJson(data)?.text;
    onError(typeof why === "string" ? why : "");
  }

  function watch() {
    timer = setTimeout(() => (isDead() ? lost() : watch()), LOOK_MS);
  }

  function isDead() {
    return quietFor() >= (openSince === null ? OPENED_MS : SILENCE_MS);
  }

  function quietFor() {
    return Math.abs(now() - heardAt); // the clock may have been put back
  }

  function lost() {
    close();
    const delay = backOff.next();
    timer = setTimeout(open, delay);
    onLost(delay);
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
    openSince = null;
  }

  // The page is looked at again: what was lost is opened at once, what has been quiet for long too.
  function wake() {
    if (source === null || quietFor() > DOUBT_MS) open();
  }

  return { open, wake, close };
};
