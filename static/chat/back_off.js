"use strict";

globalThis.chat ??= {};

// How long to wait before the next attempt: a random time up to a cap that doubles with every attempt. Thousands of
// pages that lose their server in the same instant come back spread out, and ever more so while it stays away.
chat.backOff = function ({ random = Math.random } = {}) {
  const FIRST_CAP_MS = 1_000;
  const LAST_CAP_MS = 30_000;

  let cap = FIRST_CAP_MS;

  function next() {
    const delay = random() * cap;
    cap = Math.min(2 * cap, LAST_CAP_MS);
    return delay;
  }

  function reset() {
    cap = FIRST_CAP_MS;
  }

  return { next, reset };
};
