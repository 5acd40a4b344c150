"use strict";

globalThis.chat ??= {};

// How many messages are unread in the rooms that are open in some tab of this browser.
//
// Each tab keeps a mark of its own in the storage, which wakes the others: what one tab of a room has shown is read,
// so the lowest of a room's marks counts. A tab that has crashed can't take its mark out: a mark is renewed as long as
// its tab lives, and one that is old is nobody's. A browser runs timers of hidden tabs once a minute.
chat.unreadRooms = function ({
  storage,
  room,
  tab,
  now = Date.now,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
  setInterval = globalThis.setInterval,
  clearInterval = globalThis.clearInterval,
}) {
  const PREFIX = "chat unread ";
  const RENEWED_MS = 60_000;
  const OLD_MS = 200_000; // three renewals missed
  const PAUSE_MS = 1_000; // each mark wakes all other tabs

  const name = PREFIX + JSON.stringify([room, tab]);
  let count = 0;
  let written = null; // count
  let timer = null;
  let pause = null;

  function set(unread) {
    count = unread;
    if (count === 0 || pause === null) writeAndPause();
  }

  function writeAndPause() {
    clearTimeout(pause);
    write();
    pause = setTimeout(() => {
      pause = null;
      if (written !== count) writeAndPause();
    }, PAUSE_MS);
  }

  function write() {
    written = count;
    storage.write(name, JSON.stringify({ count, at: now() }));
  }

  // Also when the page comes back out of the back-forward cache. onRenewed: the moment to look for old marks.
  function open(onRenewed = () => {}) {
    clearInterval(timer);
    write();
    timer = setInterval(() => {
      write();
      onRenewed();
    }, RENEWED_MS);
  }

  function close() {
    clearInterval(timer);
    clearTimeout(pause);
    pause = null;
    storage.remove(name);
  }

  // Returns a Map from the names of other rooms to their counts, rooms with nothing unread included.
  function counts() {
    const found = new Map();
    for (const name of storage.names()) {
      const mark = name?.startsWith(PREFIX) ? read(name) : null;
      if (mark === null || mark.room === room) continue;
      found.set(mark.room, Math.min(mark.count, found.get(mark.room) ?? Infinity));
    }
    return found;
  }

  function read(name) {
    try {
      const [room] = JSON.parse(name.slice(PREFIX.length));
      const { count, at } = JSON.parse(storage.read(name));
      if (Math.abs(now() - at) < OLD_MS && Number.isSafeInteger(count)) return { room, count };
    } catch {
      // somebody else's
    }
    storage.remove(name);
    return null;
  }

  // Whether this `storage` event of another tab is about a mark; without a key all was emptied.
  function isAbout({ key }) {
    return key === null || key.startsWith(PREFIX);
  }

  return { set, open, close, counts, isAbout };
};
