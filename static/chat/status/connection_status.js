import { strings } from "../lib/strings.js";

// Says that the connection is lost, and that it is back. It does not mention a loss that is shorter than GRACE_MS.
//
// say(text, kind) shows the sentence, and screen readers read it out, so it is called only when the sentence changes. Its
// kind is "lost", "back" or "refused"; without a sentence there is none.
// offer(when) shows when the next attempt comes, or that it runs now; null means that there is nothing to try.
export function createConnectionStatus({
  say,
  offer,
  isOnline,
  now = Date.now,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  const GRACE_MS = 5_000; // time for the first few attempts
  const BACK_SHOWN_MS = 4_000;
  const SECOND_MS = 1_000;

  let connected = true;
  let ended = false; // the server refused the stream
  let said = null; // the sentence about the loss; null while there is none
  let retryAt = null;
  let timer = null;

  // The next attempt comes in so many milliseconds; null means that it runs now.
  function lost(retryInMs) {
    retryAt = retryInMs === null ? null : now() + retryInMs;
    if (said !== null) return show();
    if (!connected) return;
    connected = false;
    after(GRACE_MS, show);
  }

  function show() {
    if (ended) return;
    sayOnce(isOnline() ? strings.connectionLost : strings.offline);
    const left = retryAt === null ? 0 : Math.ceil((retryAt - now()) / SECOND_MS);
    offer(strings.reconnecting(left));
    if (left > 0) after(SECOND_MS, show);
    else clearTimeout(timer);
  }

  function sayOnce(text) {
    if (text !== said) say(text, "lost");
    said = text;
  }

  // The device lost its network or found one, or believes so. The sentence may be wrong now.
  function networkChanged() {
    if (said !== null) show();
  }

  function back() {
    if (connected) return;
    connected = true;
    ended = false;
    clearTimeout(timer);
    if (said === null) return;
    said = null;
    offer(null);
    say(strings.connectionBack, "back");
    after(BACK_SHOWN_MS, () => say(""));
  }

  // The stream has stopped for good. sentence: says why, or is "" if another part of the page does.
  function stopped(sentence) {
    connected = false;
    ended = true;
    clearTimeout(timer);
    said = sentence;
    offer(null);
    say(said, "refused");
  }

  function after(delay, action) {
    clearTimeout(timer);
    timer = setTimeout(action, delay);
  }

  return { lost, back, stopped, networkChanged };
}
