"use strict";

globalThis.chat ??= {};

// Keeps the secret keys of one's own messages, by which they can be edited and deleted later: over reloads, and in
// every tab of this browser.
//
// Each is an item of its own: two tabs that wrote one list would overwrite each other's.
//
// storage: see safe_storage.js.
chat.ownKeys = function ({ storage, room, readJson, now = Date.now }) {
  const MOST = 200; // keys of all rooms together; the oldest go
  const PREFIX = "chat key ";
  const OF_ROOM = `${PREFIX}${JSON.stringify(room)} `;

  const here = new Map(); // by message id: for this page it needs no storage

  function keep({ id, date }, key) {
    const kept = { key, date, keptAt: now() };
    here.set(id, kept);
    storage.write(OF_ROOM + id, JSON.stringify(kept));
    dropOldest();
  }

  function dropOldest() {
    const names = storage.names().filter((name) => name.startsWith(PREFIX));
    if (names.length <= MOST) return;
    const ages = names.map((name) => [name, read(name)?.keptAt ?? 0]).sort(([, a], [, b]) => a - b);
    ages.slice(0, -MOST).forEach(([name]) => storage.remove(name));
  }

  // Returns the message's key, or null. After the database was replaced its id may be another message's; the date
  // tells them apart.
  function keyOf({ id, date }) {
    const kept = here.get(id) ?? read(OF_ROOM + id);
    return kept?.date === date && typeof kept.key === "string" ? kept.key : null;
  }

  function read(name) {
    return readJson(storage.read(name) ?? "");
  }

  // Returns the id of the message whose key another tab has kept, as its `storage` event says, or null.
  function keptElsewhere({ key, newValue }) {
    return newValue !== null && key?.startsWith(OF_ROOM) ? Number(key.slice(OF_ROOM.length)) : null;
  }

  return { keep, keyOf, keptElsewhere };
};
