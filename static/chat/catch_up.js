"use strict";

globalThis.chat ??= {};

// Fetches the message list when the stream can't tell what was missed, until it succeeds. The stream is open
// meanwhile, so nothing falls between the two; what comes twice is dropped by the message log.
chat.catchUp = function ({ latest, add, setTimeout = globalThis.setTimeout, random = Math.random }) {
  const RETRY_MS = 3_000;
  let running = false;

  async function start() {
    if (running) return;
    running = true;
    try {
      const newestFirst = await latest();
      newestFirst.reverse().forEach(add);
    } catch {
      setTimeout(start, RETRY_MS * (1 + random()));
    } finally {
      running = false;
    }
  }

  return { start };
};
