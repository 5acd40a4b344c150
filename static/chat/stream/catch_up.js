// Fetches what the stream could not deliver. It knows the *frontier*: up to this id no message is missing. Newer messages
// may be in the page already, because the answer to a POST can arrive before the messages that others sent earlier.
//
// The stream is complete until it sends a reset. After a reset the frontier stays. Requests that began after the reset
// first fetch all messages behind the frontier and then all changes since the last good event. The order matters: a
// message that changes while the first list is on its way is in the second list.
//
// after(id) promises {messages, more}: the messages behind the id, oldest first. since(eventId) promises
// {messages, more, lastEventId}: messages that were edited or deleted after the event, and the event up to which the
// list is complete. The store gets some messages twice, and some old versions after newer ones.
export function createCatchUp({
  frontier,
  after,
  since,
  store,
  backOff,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  let gap = false;
  let resets = 0;
  let changesFrom = ""; // while there is a gap: no change up to this event is missing
  let newestInStream = 0;
  let fetching = false;
  let timer = null;

  function add(message) {
    store.add(message);
    newestInStream = Math.max(newestInStream, message.id);
    if (!gap) frontier = Math.max(frontier, newestInStream);
  }

  function reset(goodEventId) {
    if (!gap) changesFrom = goodEventId; // the gap of a first reset begins before that of a second one
    gap = true;
    resets += 1;
    resume();
  }

  async function resume() {
    if (fetching) return;
    clearTimeout(timer);
    fetching = true;
    try {
      while (gap) await fill();
      backOff.reset();
    } catch {
      timer = setTimeout(resume, backOff.next());
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
    frontier = Math.max(frontier, newestInStream);
  }

  // The person may not read the room any more. A request that is on its way is the last one.
  function stop() {
    gap = false;
  }

  // Both promise whether there is more.
  async function fetchNew() {
    const { messages, more } = await after(frontier);
    const newest = Math.max(frontier, ...messages.map(({ id }) => id));
    if (more && newest === frontier) throw new Error("nothing new, although there is more");
    messages.forEach(store.add);
    frontier = newest;
    return more;
  }

  async function fetchChanged() {
    const { messages, more, lastEventId } = await since(changesFrom);
    if (more && lastEventId === changesFrom) throw new Error("nothing changed, although there is more");
    messages.forEach(store.change);
    changesFrom = lastEventId;
    return more;
  }

  return { add, change: store.change, reset, resume, stop, isFilled: () => !gap };
}
