"use strict";

globalThis.chat ??= {};

// Knows which messages of others were not seen yet, and where one left off. Seen is what stands at the end of the
// log while somebody looks at it.
//
// lastRead: see last_read.js. isSeen(): whether the end is in sight now. setLine(id) draws the line above a message,
// or above the next one if it is not there, or none for null. onCount(count, message) is told each change, with the
// message that has come, or null.
chat.unread = function ({ lastRead, user, isSeen, setLine, onCount }) {
  const unread = new Set(); // ids
  let read = 0;
  let saved = null;
  let newest = 0;

  // Begins with the messages in the page, oldest first, and the id of the room's newest; older: whether there are
  // others before them.
  function open(messages, newestId, older) {
    newest = newestId;
    saved = lastRead.load();
    read = Math.min(saved ?? newest, newest);
    messages.filter(({ id, from }) => id > read && from !== user).forEach(({ id }) => unread.add(id));
    const [first] = unread;
    if (first !== undefined) setLine(older && messages[0].id > read ? read + 1 : first);
    onCount(unread.size, null);
    look();
  }

  function told(message) {
    const { id, from } = message;
    newest = Math.max(newest, id);
    if (isSeen()) return look();
    if (from === user || id <= read || unread.has(id)) return;
    if (unread.size === 0) setLine(id);
    unread.add(id);
    onCount(unread.size, message);
  }

  // To be called whenever the end may have come into sight.
  function look() {
    if (!isSeen() || newest === saved) return;
    saved = newest;
    lastRead.save(newest);
    readTo(newest);
  }

  // Read here or in another tab.
  function readTo(id) {
    read = Math.max(read, id);
    const before = unread.size;
    [...unread].filter((id) => id <= read).forEach((id) => unread.delete(id));
    if (unread.size !== before) onCount(unread.size, null);
  }

  function forget(id) {
    if (unread.delete(id)) onCount(unread.size, null);
  }

  return { open, told, look, readTo, forget, count: () => unread.size };
};
