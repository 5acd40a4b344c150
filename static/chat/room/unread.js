// Knows which messages of others the reader has not seen, and where the reader left off. A message is seen when the
// end of the log is in sight while somebody looks at the page, and the message did not come late, with many others.
//
// lastRead: see last_read.js. isSeen(): whether the end is in sight now. setLine(id) draws the unread line above this
// message or, if it is not shown, above the next one; null removes the line. onCount(count, message): called after each
// change, with the message that has just come, or null. isOwn(message): see identity.js.
export function createUnread({ lastRead, isOwn, isSeen, setLine, onCount }) {
  const unread = new Map(); // messages, by id
  let read = 0;
  let saved = null;
  let newest = 0;

  // Begins with the messages in the page, oldest first, and the id of the room's newest message. older: whether the
  // room has messages before these. Returns the id up to which the reader has read if anything is unread, or null.
  function open(messages, newestId, older) {
    newest = newestId;
    saved = lastRead.load();
    read = Math.min(saved ?? newest, newest);
    const others = messages.filter((message) => message.id > read && !isOwn(message));
    others.forEach((message) => unread.set(message.id, message));
    const first = firstId();
    if (first !== undefined) setLine(older && messages[0].id > read ? read + 1 : first);
    onCount(unread.size, null);
    return first === undefined ? null : read;
  }

  function add(message) {
    const { id } = message;
    newest = Math.max(newest, id);
    if (isSeen()) return look();
    if (isOwn(message) || id <= read || unread.has(id)) return;
    if (unread.size === 0) setLine(id);
    unread.set(id, message);
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

  // Some messages may be known to be own ones now. The line goes on to the first message of somebody else.
  function refresh() {
    const first = firstId();
    const own = [...unread.values()].filter(isOwn);
    own.forEach(({ id }) => unread.delete(id));
    if (own.length === 0) return;
    if (firstId() !== first) setLine(firstId() ?? null);
    onCount(unread.size, null);
  }

  function forget(id) {
    if (unread.delete(id)) onCount(unread.size, null);
  }

  // Both return undefined if nothing is unread.
  const firstId = () => unread.keys().next().value;
  const since = () => unread.values().next().value?.date;

  return { open, add, look, readTo, refresh, forget, firstId, since, count: () => unread.size };
}
