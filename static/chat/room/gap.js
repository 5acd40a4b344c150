// Knows whether the messages that come now come late: after a gap in the stream many come at once, and they scroll by
// before anybody could read them.
//
// isFilled(): whether everything that the gap lacked has been fetched. onEnd(): called when messages come live again.
export function createGap({
  isFilled,
  onEnd,
  now = Date.now,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  const LOADING_MS = 3_000; // the first stream of a page opens within this time, and lacks next to nothing
  const SETTLE_MS = 2_000; // a stream brings what it lacked as soon as it opens

  const loadedAt = now();
  let late = false;
  let timer = null;

  function begin() {
    clearTimeout(timer);
    late ||= now() - loadedAt > LOADING_MS;
  }

  // The stream is open.
  function close() {
    clearTimeout(timer);
    if (late) timer = setTimeout(end, SETTLE_MS);
  }

  function end() {
    if (!isFilled()) return close();
    late = false;
    onEnd();
  }

  return { begin, close, isLate: () => late };
}
