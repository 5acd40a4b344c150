// Remembers between visits up to which message a person has read a room. Without a storage, every visit begins as if
// the person had read everything.
//
// storage: see safe_storage.js.
export function createLastRead({ storage, room, user, setTimeout = globalThis.setTimeout }) {
  const NAME = `chat read ${JSON.stringify([room, user])}`;
  const SAVE_MS = 1_000; // each save writes to the disk
  let unsaved = null;

  function load() {
    return parse(storage.read(NAME));
  }

  function parse(text) {
    return /^\d{1,15}$/.test(text ?? "") ? Number(text) : null;
  }

  function save(id) {
    if (unsaved === null) setTimeout(flush, SAVE_MS);
    unsaved = id;
  }

  function flush() {
    if (unsaved !== null) storage.write(NAME, String(unsaved));
    unsaved = null;
  }

  // Returns the id up to which another tab has read, if this `storage` event says so, or null.
  function readElsewhere({ key, newValue }) {
    return key === NAME ? parse(newValue) : null;
  }

  return { load, save, flush, readElsewhere };
}
