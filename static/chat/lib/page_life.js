// Calls onClose() when the page may close, and onReturn() when it lives on: it comes out of the back-forward cache, or
// it was not closed after all.
export function followPage(window, { onClose, onReturn, setTimeout = globalThis.setTimeout }) {
  const ALIVE_MS = 1_000; // a page that closes does not run for so long

  window.addEventListener("pagehide", ({ persisted }) => {
    onClose();
    if (!persisted) setTimeout(onReturn, ALIVE_MS);
  });
  window.addEventListener("pageshow", ({ persisted }) => persisted && onReturn());
}
