"use strict";

globalThis.chat ??= {};

// Says that the connection is lost and that it is back; a loss shorter than the grace goes unsaid.
//
// say(text): the sentence, which screen readers read out; called when it changes and not each second.
// offer(when): text that says when the next attempt comes or that it is on its way; null when there is nothing to try.
chat.connectionStatus = function ({
  say,
  offer,
  words,
  isOnline,
  now = Date.now,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  const GRACE_MS = 5_000; // the first few attempts to come back
  const BACK_SHOWN_MS = 4_000;
  const SECOND_MS = 1_000;

  let connected = true;
  let ended = false; // for good, as far as the page knows
  let said = null; // what is said of the loss; null while it goes unsaid
  let retryAt = null;
  let timer = null;

  // The next attempt comes in so many milliseconds; null: it is being made.
  function lost(retryInMs = null) {
    retryAt = retryInMs === null ? null : now() + retryInMs;
    if (said !== null) return tell();
    if (!connected) return;
    connected = false;
    after(GRACE_MS, tell);
  }

  function tell() {
    if (ended) return;
    sayOnce(isOnline() ? words.connectionLost : words.offline);
    const left = retryAt === null ? 0 : Math.ceil((retryAt - now()) / SECOND_MS);
    offer(words.reconnecting(left));
    if (left > 0) after(SECOND_MS, tell);
    else clearTimeout(timer);
  }

  function sayOnce(text) {
    if (text !== said) say(text);
    said = text;
  }

  // The device has lost or found its network, or believes so: what has been said may be wrong by now.
  function networkChanged() {
    if (said !== null) tell();
  }

  function back() {
    if (connected) return;
    connected = true;
    ended = false;
    clearTimeout(timer);
    if (said === null) return;
    said = null;
    offer(null);
    say(words.connectionBack);
    after(BACK_SHOWN_MS, () => say(""));
  }

  function stopped(why) {
    connected = false;
    ended = true;
    clearTimeout(timer);
    said = words.streamStopped(why);
    offer(null);
    say(said);
  }

  function after(delay, action) {
    clearTimeout(timer);
    timer = setTimeout(action, delay);
  }

  return { lost, back, stopped, networkChanged };
};
