"use strict";

globalThis.chat ??= {};

// Keeps what was typed and not yet sent over a reload, for one person in one room.
//
// Every message is an item of its own: two tabs that wrote one list would overwrite each other's. A browser may have
// no storage, forbid it or run out of it; then messages are kept in the page alone.
//
// storage(): the browser's localStorage; asking for it may throw already.
chat.pendingStore = function ({ storage, room, user }) {
  const MARK = "chat pending"; // stands in the storage unless that was emptied
  const START = "chat pending ";
  const PREFIX = `${START}${JSON.stringify([room, user])} `;
  const kept = new Set(); // tags that have been in the storage

  function attempt(action, otherwise) {
    try {
      return action(storage());
    } catch {
      return otherwise;
    }
  }

  function put(item) {
    attempt((storage) => {
      if (storage.getItem(MARK) === null) kept.clear();
      storage.setItem(MARK, "");
      storage.setItem(PREFIX + item.tag, JSON.stringify(item));
      kept.add(item.tag);
    });
  }

  function remove(tag) {
    kept.delete(tag);
    attempt((storage) => storage.removeItem(PREFIX + tag));
  }

  // Whether another tab has taken it out: it was sent or discarded there. A storage that somebody emptied says nothing.
  function isGone(tag) {
    const missing = (storage) => storage.getItem(PREFIX + tag) === null && storage.getItem(MARK) !== null;
    return kept.has(tag) && attempt(missing, false);
  }

  function names() {
    return attempt((storage) => Array.from({ length: storage.length }, (_, n) => storage.key(n)), []);
  }

  function load() {
    const items = names()
      .filter((name) => name?.startsWith(PREFIX))
      .map(read);
    const whole = items.filter(isWhole).sort((a, b) => a.typedAt - b.typedAt);
    whole.forEach(({ tag }) => kept.add(tag));
    return whole;
  }

  function read(name) {
    return attempt((storage) => ({ ...JSON.parse(storage.getItem(name)), tag: name.slice(PREFIX.length) }), null);
  }

  function isWhole(item) {
    return (
      item !== null &&
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
    for (const name of names()) {
      const other = name?.startsWith(START) ? ownerOf(name) : null;
      if (other !== null && other !== user) counts.set(other, 1 + (counts.get(other) ?? 0));
    }
    return [...counts];
  }

  function ownerOf(name) {
    try {
      const [itsRoom, owner] = JSON.parse(name.slice(START.length, name.lastIndexOf(" ")));
      return itsRoom === room && typeof owner === "string" ? owner : null;
    } catch {
      return null;
    }
  }

  // Returns the tag that a `storage` event of another tab says is gone, or null.
  function tagRemoved({ key, newValue }) {
    return newValue === null && key?.startsWith(PREFIX) ? key.slice(PREFIX.length) : null;
  }

  return { put, remove, isGone, load, waitingAsOthers, tagRemoved };
};
