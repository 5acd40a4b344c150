// Keeps what one person writes in one room, so that it survives a reload. If two tabs write, the last one wins.
//
// storage: see safe_storage.js. kind: "draft" or "edit".
export function createDraft({ storage, room, user, kind = "draft" }) {
  const NAME = `chat ${kind} ${JSON.stringify([room, user])}`;

  function load() {
    return storage.read(NAME) ?? "";
  }

  function keep(text) {
    if (text !== "") storage.write(NAME, text);
    if (load() !== text) storage.remove(NAME); // if the storage is full, it must not keep an older draft
  }

  // Returns {before, after} if this `storage` event says that another tab changed the draft, or null.
  function changedElsewhere({ key, oldValue, newValue }) {
    return key === NAME ? { before: oldValue ?? "", after: newValue ?? "" } : null;
  }

  return { load, keep, changedElsewhere };
}
