// Keeps in the browser the last line of each room, for the list of rooms: the newest message, and how many were unread
// when somebody looked. A room's own tabs write it, and for a room without a tab whoever asks the server.
//
// A line is {id, from, text, date, count, at}. `at` is when it was written; a room without messages has only count and at.
//
// reader: the person's name if the server knows it, or undefined. Lines that another reader has left count as none.
export function createRoomLines({ storage, reader, now = Date.now, setTimeout = globalThis.setTimeout }) {
  const PREFIX = "chat line ";
  const MAX_TEXT = 160; // a row shows less
  const PAUSE_MS = 1_000; // each write wakes all other tabs

  const waiting = new Map();

  function nameOf(room) {
    return PREFIX + JSON.stringify(room);
  }

  // message: null if the room has none.
  function write(room, message, count) {
    const { id, from, text, date } = message ?? {};
    const line = { id, from, text: text?.slice(0, MAX_TEXT).toWellFormed?.() ?? text?.slice(0, MAX_TEXT), date };
    waiting.delete(room);
    storage.write(nameOf(room), JSON.stringify({ ...line, count, at: now(), reader }));
  }

  // Writes the latest of many calls.
  function writeSoon(room, message, count) {
    if (waiting.size === 0) setTimeout(flush, PAUSE_MS);
    waiting.set(room, [message, count]);
  }

  function flush() {
    waiting.forEach(([message, count], room) => write(room, message, count));
  }

  // Returns the line, or null.
  function read(room) {
    try {
      const line = JSON.parse(storage.read(nameOf(room)));
      const isLine = Number.isSafeInteger(line.count) && Number.isFinite(line.at);
      const isWhole = line.id === undefined || [line.from, line.text, line.date].every((part) => typeof part === "string");
      return isLine && isWhole && line.reader === reader ? line : null;
    } catch {
      return null; // nothing is there, or something else wrote it
    }
  }

  function forget(room) {
    waiting.delete(room);
    storage.remove(nameOf(room));
  }

  // Removes the lines of all other rooms, and those that another reader has left.
  function keepOnly(rooms) {
    const wanted = new Set(rooms.filter(read).map(nameOf));
    const names = storage.names().filter((name) => name.startsWith(PREFIX) && !wanted.has(name));
    names.forEach(storage.remove);
  }

  // Returns whether this `storage` event concerns a line. Without a key, somebody emptied the storage.
  function isAbout({ key }) {
    return key === null || key.startsWith(PREFIX);
  }

  return { write, writeSoon, flush, read, forget, keepOnly, isAbout };
}
