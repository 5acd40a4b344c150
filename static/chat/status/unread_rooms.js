const PREFIX = "chat unread ";

// Knows how many messages are unread in the rooms that are open in some tab of this browser.
//
// Each tab writes its own count to the storage, and the browser tells the other tabs. A message that one tab has shown
// is read, so the lowest count of a room's tabs is right. A tab that crashes can't remove its count, so each tab renews
// its count while it lives, and old counts are deleted. Browsers run the timers of hidden tabs once a minute.
export function createUnreadRooms({
  storage,
  room,
  tab,
  now = Date.now,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
  setInterval = globalThis.setInterval,
  clearInterval = globalThis.clearInterval,
}) {
  const RENEWED_MS = 60_000;
  const OLD_MS = 200_000; // three renewals missed
  const PAUSE_MS = 1_000; // each write wakes all other tabs
  const MOST_DROPPED = 500; // at once, for the same reason

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

  // Call this also when the page comes back from the back-forward cache. onRenewed(): called every minute.
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

  // Returns a Map from the names of other rooms to their counts. It includes rooms without unread messages.
  function counts() {
    const found = new Map();
    const names = storage.names().filter((name) => name.startsWith(PREFIX));
    const old = names.filter((name) => {
      const entry = read(name);
      if (entry !== null && entry.room !== room)
        found.set(entry.room, Math.min(entry.count, found.get(entry.room) ?? Infinity));
      return entry === null;
    });
    old.slice(0, MOST_DROPPED).forEach(storage.remove);
    return found;
  }

  function read(name) {
    try {
      const [room] = JSON.parse(name.slice(PREFIX.length));
      const { count, at } = JSON.parse(storage.read(name));
      if (Math.abs(now() - at) < OLD_MS && Number.isSafeInteger(count)) return { room, count };
    } catch {
      // something else wrote it
    }
    return null;
  }

  // Returns whether this `storage` event concerns a count. Without a key, somebody emptied the storage.
  function isAbout({ key }) {
    return key === null || key.startsWith(PREFIX);
  }

  return { set, open, close, counts, isAbout };
}

// Returns whether this `storage` event says that this browser has opened one more room.
export function isNewTab({ key, oldValue }) {
  return oldValue === null && key !== null && key.startsWith(PREFIX);
}
