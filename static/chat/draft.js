"use strict";

globalThis.chat ??= {};

// Keeps what one person is writing in one room over a reload. Of two tabs the last writer wins.
//
// storage: see safe_storage.js.
chat.draft = function ({ storage, room, user }) {
  const NAME = `chat draft ${JSON.stringify([room, user])}`;

  function load() {
    return storage.read(NAME) ?? "";
  }

  function keep(text) {
    if (text !== "") storage.write(NAME, text);
    if (load() !== text) storage.remove(NAME); // what could not be kept must not leave an older draft behind
  }

  // Returns {before, after} when another tab has changed the draft, as its `storage` event says, or null.
  function changedElsewhere({ key, oldValue, newValue }) {
    return key === NAME ? { before: oldValue ?? "", after: newValue ?? "" } : null;
  }

  return { load, keep, changedElsewhere };
};
