// Closes a stream when its tab was hidden for five minutes. A browser opens at most six connections to one server, in
// all tabs together, and a seventh stream would wait forever. When somebody shows the tab, the stream resumes after
// its last event.
export function createRestingStream({
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
}
