"use strict";

globalThis.chat ??= {};

// Keeps the page complete, however long the gap. It knows the *frontier*, the id up to which no message is missing;
// that is not the newest one shown: one's own message may come by the answer to its POST before those in front of it.
//
// The stream has no gaps until it says so with a reset. From then on the frontier stays where it is, until the
// messages after it, and then what was changed since the last good event, have been fetched to their ends by requests
// that began after the reset. In this order: what is changed while the first list is on its way stands in the second.
//
// after(id) promises {messages, more}: those after the id, oldest first. since(eventId) promises
// {messages, more, lastEventId}: those that were edited or deleted after the event, and the event up to which.
// add(message) and change(message) are given the same message again, and older versions after newer ones.
chat.catchUp = function ({
  frontier,
  after,
  since,
  add,
  change,
  backOff,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  let gap = false;
  let resets = 0;
  let changesFrom = ""; // while there is a gap: the event up to which no change is missing
  let newestTold = 0; // by the stream
  let fetching = false;
  let timer = null;

  function told(message) {
    add(message);
    newestTold = Math.max(newestTold, message.id);
    if (!gap) frontier = Math.max(frontier, newestTold);
  }

  function reset(goodEventId) {
    if (!gap) changesFrom = goodEventId; // of a second one it lies behind the first one's gap
    gap = true;
    resets += 1;
    goOn();
  }

  async function goOn() {
    if (fetching) return;
    clearTimeout(timer);
    fetching = true;
    try {
      while (gap) await fill();
      backOff.reset();
    } catch {
      timer = setTimeout(goOn, backOff.next());
    } finally {
      fetching = false;
    }
  }

  async function fill() {
    const resetsBefore = resets;
    while (await fetchNew());
    while (await fetchChanged());
    if (resets !== resetsBefore) return;
    gap = false;
    frontier = Math.max(frontier, newestTold);
  }

  // Both promise whether there is more.
  async function fetchNew() {
    const { messages, more } = await after(frontier);
    const newest = Math.max(frontier, ...messages.map(({ id }) => id));
    if (more && newest === frontier) throw new Error("nothing new, and more behind it");
    messages.forEach(add);
    frontier = newest;
    return more;
  }

  async function fetchChanged() {
    const { messages, more, lastEventId } = await since(changesFrom);
    if (more && lastEventId === changesFrom) throw new Error("nothing changed, and more behind it");
    messages.forEach(change);
    changesFrom = lastEventId;
    return more;
  }

  return { told, changed: change, reset, goOn };
};
