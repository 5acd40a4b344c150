// Reloads the page when the server has another history than the page: somebody has restored an older database. Messages
// may be gone and edits undone, and no list says which. Drafts and unsent messages are in the browser's storage.
//
// mark: the history that the page shows. storage: of this tab, see safe_storage.js.
export function createNewHistory({ mark, storage, reload, now = Date.now, setTimeout = globalThis.setTimeout }) {
  const NAME = "chat reloaded";
  const PAUSE_MS = 60_000; // a page that something between us and the server has kept would reload endlessly

  let waits = false;

  function follow(other) {
    if (waits || other === mark) return;
    waits = true;
    const since = now() - Number(storage.read(NAME) ?? 0);
    setTimeout(again, since >= 0 && since < PAUSE_MS ? PAUSE_MS - since : 0);
  }

  function again() {
    storage.write(NAME, String(now()));
    reload();
  }

  return { follow };
}
