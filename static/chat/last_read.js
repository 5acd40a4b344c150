"use strict";

globalThis.chat ??= {};

// Remembers over visits up to which message one has read a room. Without a storage each visit begins as if all had
// been read.
//
// storage: see safe_storage.js.
chat.lastRead = function ({ storage, room, user, setTimeout = globalThis.setTimeout }) {
  const NAME = `chat read ${JSON.stringify([room, user])}`;
  const SAVE_MS = 1_000; // it is written to the disk
  let unsaved = null;

  function load() {
    return read(storage.read(NAME));
  }

  function read(text) {
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

  // Returns the id that a `storage` event says was read in another tab, or null.
  function readElsewhere({ key, newValue }) {
    return key === NAME ? read(newValue) : null;
  }

  return { load, save, flush, readElsewhere };
};
