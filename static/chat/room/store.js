import { createListeners } from "../lib/listeners.js";

// Holds the messages that the page shows. Every message enters the page here: from the page itself, the stream, the
// catch-up, the history, and the answer to a POST.
//
// The page shows a window onto the room's history. The window has no gaps. It holds each message once, in its newest
// version, and at most `limit` messages, so that the page stays fast. A *live* window ends with the room's newest
// message and grows with the room. Any other window ends further up, and shows new messages only when the reader has
// scrolled down to them.
//
// A message comes up to three times, in any order: in the page or the answer to its POST, in the stream, and in a list.
// An old version may come after a newer one. The version with the greater `change` is the newer one.
//
// Listeners:
//   received(message, isNew)   a message came, maybe again; isNew: the room has just said it
//   changed(message)           somebody edited or deleted a message, in the window or not
//   inserted(message, nextId)  the window has one more message, before nextId, or at the end if that is null
//   updated(message)           a message in the window has a newer version
//   removed(ids)               these messages left the window
//   cleared(id)                the room's messages up to this id are gone
//   closed()                   all messages are gone, and none comes any more
//
// live: whether the page's messages are the newest. older: whether the room has messages before them. nearEnd():
// whether the reader is nearer to the end of the window than to its beginning. onForeign(): called when a known id
// comes with another date, because then the server has another database than before.
export function createStore({ older = false, live = true, nearEnd, onForeign, limit = 600 }) {
  const KNOWN = 10_000; // ids that the store remembers
  const CHANGES = 500; // changed messages that the store remembers

  const { listen, tell } = createListeners();
  const shown = new Map(); // the window's messages, by id
  const dates = new Map(); // of the known messages, by id
  const changes = new Map(); // the newest changed versions, by id, for old versions that come later
  let order = []; // the window's ids
  let low = 0; // the window has no older messages than this
  let clearedTo = 0; // messages up to this id are gone, although an old list may still bring them
  let high = Infinity; // the window has no newer messages than this, unless it is live
  let isClosed = false;
  let duringFetch = null; // what comes while a list is fetched, because the list may lack it

  // Takes the messages in the page, oldest first. Whoever listens by then hears of them.
  function open(messages) {
    messages.forEach((message) => {
      order.push(message.id);
      shown.set(message.id, message);
      dates.set(message.id, message.date);
    });
    if (older) low = order[0] ?? 0;
    if (!live) high = order.at(-1) ?? 0;
    messages.forEach((message) => tell("received", message, false));
  }

  function remember(map, id, value, most) {
    map.delete(id);
    map.set(id, value);
    if (map.size > most) map.delete(map.keys().next().value);
  }

  function isNewer(one, other) {
    return (one?.change ?? 0) > (other?.change ?? 0);
  }

  // Returns whether the store must not take the message.
  function isForeign({ id, date }) {
    if (isClosed) return true;
    const foreign = dates.has(id) && dates.get(id) !== date;
    if (foreign) onForeign();
    return foreign;
  }

  // Takes a message that somebody said.
  function add(message) {
    if (message.deleted !== undefined) return change(message);
    if (isForeign(message)) return;
    const { id } = message;
    const isNew = !dates.has(id) && id >= low && id > clearedTo;
    duringFetch?.push(message);
    remember(dates, id, message.date, KNOWN);
    place(message);
    if (order.length > limit) shorten(nearEnd());
    tell("received", message, isNew && !changes.get(id)?.deleted);
  }

  // Takes a message that somebody edited or deleted.
  function change(message) {
    const { id } = message;
    if (isForeign(message) || !isNewer(message, changes.get(id))) return;
    remember(changes, id, message, CHANGES);
    if (shown.has(id)) place(message);
    tell("changed", message);
  }

  // These messages were deleted together: ids, the date, and the event's number.
  function removeAll({ ids, deleted, change: number }) {
    for (const id of ids) {
      const message = { id, from: "", text: "", date: dates.get(id), deleted, change: number };
      if (!isNewer(message, changes.get(id))) continue;
      remember(changes, id, message, CHANGES);
      tell("changed", message);
    }
    remove(ids.filter((id) => shown.has(id)));
  }

  // The room was deleted, with all its messages up to this id.
  function clear(id) {
    if (id <= clearedTo) return;
    clearedTo = id;
    if (low <= id) low = 0;
    high = Math.max(high, id);
    remove(order.filter((shownId) => shownId <= id));
    tell("cleared", id);
  }

  // The person may not read the room any more.
  function close() {
    isClosed = true;
    low = 0;
    high = Infinity;
    [dates, changes].forEach((map) => map.clear());
    remove(order);
    tell("closed");
  }

  function place(message) {
    const { id } = message;
    if (id <= clearedTo) return;
    const current = isNewer(changes.get(id), message) ? changes.get(id) : message;
    if (current.deleted) remove([id]);
    else if (shown.has(id)) update(current);
    else if (id >= low && id <= high) insert(current);
  }

  function update(message) {
    if (!isNewer(message, shown.get(message.id))) return;
    shown.set(message.id, message);
    tell("updated", message);
  }

  function insert(message) {
    let at = order.length;
    while (at > 0 && order[at - 1] > message.id) at -= 1;
    const nextId = order[at] ?? null;
    order.splice(at, 0, message.id);
    shown.set(message.id, message);
    tell("inserted", message, nextId);
  }

  function remove(ids) {
    const gone = new Set(ids.filter((id) => shown.delete(id)));
    if (gone.size === 0) return;
    order = order.filter((id) => !gone.has(id));
    tell("removed", [...gone]);
  }

  // Drops messages far from the reader. At the end it drops some more, so that it need not do so for every message.
  function shorten(keepNewest) {
    if (order.length <= limit) return;
    if (keepNewest) remove(order.slice(0, order.length - 0.9 * limit));
    else remove(order.slice(limit));
    if (keepNewest) [low] = order;
    else high = order.at(-1);
  }

  // From now on the store remembers what comes, until showOlder(), showNewer() or showInstead() gets the list that is
  // being fetched.
  function expect() {
    duringFetch = [];
  }

  function expectNothing() {
    duringFetch = null;
  }

  function showOlder(messages, more) {
    low = more ? Math.min(low, ...messages.map(({ id }) => id)) : 0;
    showAll(messages, false);
  }

  function showNewer(messages, more) {
    high = more ? Math.max(high, ...messages.map(({ id }) => id)) : Infinity;
    showAll(messages, true);
  }

  // Shows these messages instead of all others.
  function showInstead(messages, { older, newer }) {
    const ids = messages.map(({ id }) => id);
    remove(order);
    low = older ? Math.min(...ids) : 0;
    high = newer ? Math.max(...ids) : Infinity;
    showAll(messages, true);
  }

  function showAll(messages, keepNewest) {
    const all = high === Infinity ? [...messages, ...(duringFetch ?? [])] : messages;
    duringFetch = null;
    const ours = all.filter((message) => !isForeign(message));
    ours.sort((a, b) => b.id - a.id); // newest first, because insert() searches from the end
    ours.forEach((message) => {
      remember(dates, message.id, message.date, KNOWN);
      place(message);
    });
    shorten(keepNewest);
    ours.forEach((message) => tell("received", message, false));
  }

  return {
    listen,
    open,
    add,
    change,
    removeAll,
    clear,
    close,
    expect,
    expectNothing,
    showOlder,
    showNewer,
    showInstead,
    get: (id) => shown.get(id),
    isShown: (id) => shown.has(id),
    isLive: () => high === Infinity,
    hasOlder: () => low > 0,
    low: () => low,
    high: () => high,
  };
}
