// Knows which messages of others the reader has not seen, and where the reader left off. A message is seen when the
// end of the log is in sight while somebody looks at the page, and the message did not come late, with many others.
//
// lastRead: see last_read.js. isSeen(): whether the end is in sight now. setLine(id) draws the unread line above this
// message or, if it is not shown, above the next one; null removes the line. onCount(count, message): called after each
// change, with the message that has just come, or null.
export function createUnread({ lastRead, user, isSeen, setLine, onCount }) {
  const unread = new Map(); // dates, by id
  let read = 0;
  let saved = null;
  let newest = 0;

  // Begins with the messages in the page, oldest first, and the id of the room's newest message. older: whether the
  // room has messages before these.
  function open(messages, newestId, older) {
    newest = newestId;
    saved = lastRead.load();
    read = Math.min(saved ?? newest, newest);
    messages.filter(({ id, from }) => id > read && from !== user).forEach(({ id, date }) => unread.set(id, date));
    const first = firstId();
    if (first !== undefined) setLine(older && messages[0].id > read ? read + 1 : first);
    onCount(unread.size, null);
  }

  function add(message) {
    const { id, from, date } = message;
    newest = Math.max(newest, id);
    if (isSeen()) return look();
    if (from === user || id <= read || unread.has(id)) return;
    if (unread.size === 0) setLine(id);
    unread.set(id, date);
    onCount(unread.size, message);
  }

  // Call this whenever the end may have come into sight.
  function look() {
    if (!isSeen() || newest === saved) return;
    saved = newest;
    lastRead.save(newest);
    readTo(newest);
  }

  // The person has read up to this message, here or in another tab.
  function readTo(id) {
    read = Math.max(read, id);
    const before = unread.size;
    [...unread.keys()].filter((id) => id <= read).forEach((id) => unread.delete(id));
    if (unread.size !== before) onCount(unread.size, null);
  }

  function forget(id) {
    if (unread.delete(id)) onCount(unread.size, null);
  }

  // Both return undefined if nothing is unread.
  const firstId = () => unread.keys().next().value;
  const since = () => unread.values().next().value;

  return { open, add, look, readTo, forget, firstId, since, count: () => unread.size };
}
