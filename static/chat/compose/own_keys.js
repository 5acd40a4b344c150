import { readJson } from "../lib/json.js";

// Keeps the secret keys of the person's own messages. With its key a message can be edited and deleted later, after a
// reload and in every tab of this browser.
//
// Each key is an item of its own. Two tabs that write one list would overwrite each other's keys.
//
// storage: see safe_storage.js. user: as in author_key.js.
export function createOwnKeys({ storage, room, user, now = Date.now }) {
  const MOST = 200; // keys of all rooms together; the oldest go first
  const MOST_DROPPED = 500; // at once; each removal also wakes all other tabs
  const PREFIX = "chat key ";
  const OF_ROOM = `${PREFIX}${JSON.stringify(user ? [room, user] : room)} `;

  const here = new Map(); // by message id; this page works without a storage

  function keep({ id, date }, key) {
    const item = { key, date, keptAt: now() };
    here.set(id, item);
    storage.write(OF_ROOM + id, JSON.stringify(item));
    dropOldest();
  }

  function dropOldest() {
    const names = storage.names().filter((name) => name.startsWith(PREFIX));
    if (names.length <= MOST) return;
    const ages = names.map((name) => [name, read(name)?.keptAt ?? 0]).sort(([, a], [, b]) => a - b);
    ages.slice(0, -MOST).slice(0, MOST_DROPPED).forEach(([name]) => storage.remove(name));
  }

  // Returns the message's key, or null. In a new database the same id may belong to another message, so the date has
  // to be the same too.
  function keyOf({ id, date }) {
    const item = here.get(id) ?? read(OF_ROOM + id);
    return item?.date === date && typeof item.key === "string" ? item.key : null;
  }

  function read(name) {
    return readJson(storage.read(name) ?? "");
  }

  // Returns the message id if this `storage` event says that another tab kept a key, or null.
  function keptElsewhere({ key, newValue }) {
    return newValue !== null && key?.startsWith(OF_ROOM) ? Number(key.slice(OF_ROOM.length)) : null;
  }

  return { keep, keyOf, keptElsewhere };
}
