"use strict";

globalThis.chat ??= {};

// A stream that is closed while nobody has looked at its tab for a while: with six connections to a server for all
// tabs together, the seventh would wait for ever. Shown again, it goes on from its last event.
chat.restingStream = function ({
  stream,
  isHidden,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  const REST_AFTER_MS = 5 * 60_000;

  let timer = null;
  let rests = false;

  function open() {
    if (rests && isHidden()) return;
    rests = false;
    stream.open();
    if (isHidden()) hide();
  }

  function wake() {
    if (rests) open();
    else stream.wake();
  }

  function hide() {
    clearTimeout(timer);
    timer = setTimeout(rest, REST_AFTER_MS);
  }

  function rest() {
    if (!isHidden()) return;
    rests = true;
    stream.close();
  }

  function close() {
    clearTimeout(timer);
    rests = false;
    stream.close();
  }

  return { open, wake, hide, close };
};
