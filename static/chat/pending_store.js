"use strict";

globalThis.chat ??= {};

// Keeps what was typed and not yet sent over a reload, for one person in one room.
//
// Every message is an item of its own: two tabs that wrote one list would overwrite each other's. What can't be stored
// is kept in the page alone.
//
// storage: see safe_storage.js.
chat.pendingStore = function ({ storage, room, user, readJson }) {
  const MARK = "chat pending"; // stands in the storage unless that was emptied
  const START = "chat pending ";
  const PREFIX = `${START}${JSON.stringify([room, user])} `;
  const kept = new Set(); // tags that have been in the storage

  function put(item) {
    if (storage.read(MARK) === null) kept.clear();
    storage.write(MARK, "");
    storage.write(PREFIX + item.tag, JSON.stringify(item));
    if (storage.read(PREFIX + item.tag) !== null) kept.add(item.tag);
  }

  function remove(tag) {
    kept.delete(tag);
    storage.remove(PREFIX + tag);
  }

  // Whether another tab has taken it out: it was sent or discarded there. A storage that somebody emptied says nothing.
  function isGone(tag) {
    return kept.has(tag) && storage.read(PREFIX + tag) === null && storage.read(MARK) !== null;
  }

  function load() {
    const mine = storage.names().filter((name) => name.startsWith(PREFIX));
    const items = mine.map(read);
    const whole = items.filter(isWhole).sort((a, b) => a.typedAt - b.typedAt);
    whole.forEach(({ tag }) => kept.add(tag));
    return whole;
  }

  function read(name) {
    return { ...readJson(storage.read(name)), tag: name.slice(PREFIX.length) };
  }

  function isWhole(item) {
    return (
      ["tag", "key", "text", "problem"].every((name) => typeof item[name] === "string") &&
      ["typedAt", "askedAt"].every((name) => isTime(item[name]))
    );
  }

  function isTime(value) {
    return typeof value === "number" && !Number.isNaN(new Date(value).valueOf());
  }

  // Returns [name, count] of each other name under which something waits for this room.
  function waitingAsOthers() {
    const counts = new Map();
    for (const name of storage.names()) {
      const other = name.startsWith(START) ? ownerOf(name) : null;
      if (other !== null && other !== user) counts.set(other, 1 + (counts.get(other) ?? 0));
    }
    return [...counts];
  }

  function ownerOf(name) {
    const roomAndOwner = readJson(name.slice(START.length, name.lastIndexOf(" ")));
    if (!Array.isArray(roomAndOwner)) return null;
    const [itsRoom, owner] = roomAndOwner;
    return itsRoom === room && typeof owner === "string" ? owner : null;
  }

  // Returns the tag that a `storage` event of another tab says is gone, or null.
  function tagRemoved({ key, newValue }) {
    return newValue === null && key?.startsWith(PREFIX) ? key.slice(PREFIX.length) : null;
  }

  return { put, remove, isGone, load, waitingAsOthers, tagRemoved };
};
