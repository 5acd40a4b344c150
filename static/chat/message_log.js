"use strict";

globalThis.chat ??= {};

// The window onto the room's history that is shown: without a gap, each message once and in its newest version,
// and never so many that the page grows slow. Either it is *live*, and goes with the room, or it stands somewhere
// above, and what is said is not shown until one has read on to it.
//
// A message comes up to three times: in the page or the answer to its POST, in the stream, and in a list; in any
// order, and an old version may come after a newer one. Of two, the one with the greater `change` is newer.
//
// shown: the messages in the page, oldest first; older: whether there are others before them. view: insert(message,
// nextId), in front of nextId or at the end when that is null, redraw(message), remove(ids). nearEnd(): whether the
// reader is nearer to the end than to the beginning of what is shown. onForeign() is called when an id that is known
// comes with another date: the server has another database than when the page was made.
chat.messageLog = function ({ shown, older = false, live = true, view, nearEnd, onForeign, limit = 600 }) {
  const KNOWN = 10_000; // ids, of which is remembered that they have been here
  const CHANGES = 500; // messages

  const inPage = new Map(); // the messages shown, by id
  const dates = new Map(); // of the messages known, by id
  const changed = new Map(); // what changes made of messages, shown or not: an old version may yet come
  let order = []; // ids
  let low = 0; // what is older than this is not shown
  let high = Infinity; // what is newer than this is not shown, unless it is live
  let later = null; // what came while a list was fetched, which may be without it

  function remember(map, id, value, most) {
    map.delete(id);
    map.set(id, value);
    if (map.size > most) map.delete(map.keys().next().value);
  }

  function isNewer(one, other) {
    return (one?.change ?? 0) > (other?.change ?? 0);
  }

  function isForeign({ id, date }) {
    const foreign = dates.has(id) && dates.get(id) !== date;
    if (foreign) onForeign();
    return foreign;
  }

  // Takes what the room says. Returns whether it is new here.
  function add(message) {
    if (isForeign(message)) return false;
    const isNew = !dates.has(message.id) && message.id >= low;
    later?.push(message);
    remember(dates, message.id, message.date, KNOWN);
    place(message);
    if (order.length > limit) shorten(nearEnd());
    return isNew && !changed.get(message.id)?.deleted;
  }

  // Takes an edited or deleted message.
  function change(message) {
    if (isForeign(message)) return;
    if (!isNewer(message, changed.get(message.id))) return;
    remember(changed, message.id, message, CHANGES);
    if (inPage.has(message.id)) place(message);
  }

  function place(message) {
    const { id } = message;
    const current = isNewer(changed.get(id), message) ? changed.get(id) : message;
    if (current.deleted) take([id]);
    else if (inPage.has(id)) renew(current);
    else if (id >= low && id <= high) insert(current);
  }

  function renew(message) {
    if (!isNewer(message, inPage.get(message.id))) return;
    inPage.set(message.id, message);
    view.redraw(message);
  }

  function insert(message) {
    let at = order.length;
    while (at > 0 && order[at - 1] > message.id) at -= 1;
    view.insert(message, order[at] ?? null);
    order.splice(at, 0, message.id);
    inPage.set(message.id, message);
  }

  function take(ids) {
    const gone = new Set(ids.filter((id) => inPage.delete(id)));
    if (gone.size === 0) return;
    order = order.filter((id) => !gone.has(id));
    view.remove([...gone]);
  }

  // Lets go of what is too much, far from the reader. At the end some more, and so not for every message.
  function shorten(keepNewest) {
    if (order.length <= limit) return;
    if (keepNewest) take(order.slice(0, order.length - 0.9 * limit));
    else take(order.slice(limit));
    if (keepNewest) [low] = order;
    else high = order.at(-1);
  }

  // From here on what comes is kept until the list that is being fetched is shown by one of the next three.
  function expect() {
    later = [];
  }

  function expectNothing() {
    later = null;
  }

  function showOlder(messages, more) {
    low = more ? Math.min(low, ...messages.map(({ id }) => id)) : 0;
    showAll(messages, false);
  }

  function showNewer(messages, more) {
    high = more ? Math.max(high, ...messages.map(({ id }) => id)) : Infinity;
    showAll(messages, true);
  }

  // Shows these instead of all others.
  function showInstead(messages, { older, newer }) {
    const ids = messages.map(({ id }) => id);
    take(order);
    low = older ? Math.min(...ids) : 0;
    high = newer ? Math.max(...ids) : Infinity;
    showAll(messages, true);
  }

  function showAll(messages, keepNewest) {
    const all = high === Infinity ? [...messages, ...(later ?? [])] : messages;
    later = null;
    const missing = all.filter((message) => !isForeign(message)).sort((a, b) => b.id - a.id); // each next to the last
    missing.forEach((message) => {
      remember(dates, message.id, message.date, KNOWN);
      place(message);
    });
    shorten(keepNewest);
  }

  shown.forEach((message) => {
    order.push(message.id);
    inPage.set(message.id, message);
    dates.set(message.id, message.date);
  });
  if (older) low = order[0] ?? 0;
  if (!live) high = order.at(-1) ?? 0;

  return {
    add,
    change,
    expect,
    expectNothing,
    showOlder,
    showNewer,
    showInstead,
    isShown: (id) => inPage.has(id),
    isLive: () => high === Infinity,
    hasOlder: () => low > 0,
    low: () => low,
    high: () => high,
  };
};
