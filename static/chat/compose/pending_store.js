import { readJson } from "../lib/json.js";

// Keeps unsent messages of one person in one room, so that they survive a reload.
//
// Each message is an item of its own. Two tabs that write one list would overwrite each other's messages. A message
// that can't be stored is only in the page.
//
// storage: see safe_storage.js.
export function createPendingStore({ storage, room, user }) {
  const MARK = "chat pending"; // is in the storage unless somebody empties that
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

  // Returns whether another tab removed the message, because it sent or discarded it. If the mark is gone too, somebody
  // has emptied the whole storage, and then the message is not gone.
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

  // Returns [name, count] for each other name under which messages wait for this room.
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

  // Returns whether this `storage` event concerns an unsent message. Without a key, somebody emptied the storage.
  function isAbout({ key }) {
    return key === null || key.startsWith(START);
  }

  // Returns the message's tag if this `storage` event says that another tab removed one, or null.
  function tagRemoved({ key, newValue }) {
    return newValue === null && key?.startsWith(PREFIX) ? key.slice(PREFIX.length) : null;
  }

  return { put, remove, isGone, load, waitingAsOthers, isAbout, tagRemoved };
}
