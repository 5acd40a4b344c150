"use strict";

globalThis.chat ??= {};

// Keeps the page complete, however long the gap. It knows the *frontier*, the id up to which no message is missing;
// that is not the newest one shown: one's own message may come by the answer to its POST before those in front of it.
//
// The stream has no gaps until it says so with a reset. From then on the frontier stays where it is, until the
// messages after it have been fetched to their end by a request that began after the reset.
//
// after(id) promises {messages, more}: those after the id, oldest first.
chat.catchUp = function ({
  frontier,
  after,
  add,
  backOff,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  let gap = false;
  let resets = 0;
  let newestTold = 0; // by the stream
  let fetching = false;
  let timer = null;

  function told(message) {
    add(message);
    newestTold = Math.max(newestTold, message.id);
    if (!gap) frontier = Math.max(frontier, newestTold);
  }

  function reset() {
    gap = true;
    resets += 1;
    goOn();
  }

  async function goOn() {
    if (fetching) return;
    clearTimeout(timer);
    fetching = true;
    try {
      while (gap) await fetchNext();
      backOff.reset();
    } catch {
      timer = setTimeout(goOn, backOff.next());
    } finally {
      fetching = false;
    }
  }

  async function fetchNext() {
    const resetsBefore = resets;
    const { messages, more } = await after(frontier);
    const newest = Math.max(frontier, ...messages.map(({ id }) => id));
    if (more && newest === frontier) throw new Error("nothing new, and more behind it");
    messages.forEach(add);
    frontier = newest;
    if (more || resets !== resetsBefore) return;
    gap = false;
    frontier = Math.max(frontier, newestTold);
  }

  return { told, reset, goOn };
};
