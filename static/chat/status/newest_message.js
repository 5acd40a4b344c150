// Knows the room's newest message, for its line in the list of rooms. It keeps some messages before it, because the
// newest one may be deleted.
//
// isAtEnd: whether the page's messages are the room's newest. onChange(message): the newest is another one now, or it
// was edited; null: none is known.
export function createNewestMessage({ store, isAtEnd, onChange }) {
  const KEPT = 50;

  const known = new Map(); // by id
  const deleted = new Set();
  let newest = null;

  function received(message, isNew) {
    const { id } = message;
    const isKnown = known.has(id) && (known.get(id).change ?? 0) >= (message.change ?? 0);
    if (deleted.has(id) || isKnown) return;
    if (!isAtEnd && !isNew && known.size === 0) return; // an older page: newer messages may exist
    known.set(id, message);
    if (known.size > KEPT) known.delete(Math.min(...known.keys()));
    tell();
  }

  function changed(message) {
    const { id } = message;
    if (message.deleted) {
      deleted.add(id);
      known.delete(id);
    } else if (known.has(id)) {
      known.set(id, message);
    }
    tell();
  }

  function cleared(to) {
    [...known.keys()].filter((id) => id <= to).forEach((id) => known.delete(id));
    tell();
  }

  function tell() {
    const last = known.get(Math.max(...known.keys())) ?? null;
    if (last === newest) return;
    newest = last;
    onChange(newest);
  }

  store.listen({ received, changed, cleared, closed: () => cleared(Infinity) });
}
