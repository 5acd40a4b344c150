// The browser's localStorage. It may be missing, forbidden or full. Then nothing is stored, and nothing throws.
//
// storage() returns the localStorage; the call itself may throw. onFull(): called when there is a storage and it does not
// take what should be written.
export function createSafeStorage(storage, onFull = () => {}) {
  function attempt(action, otherwise) {
    try {
      return action(storage()) ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  function write(name, value) {
    const isWritten = attempt((storage) => (storage.setItem(name, value), true), false);
    const isThere = isWritten || attempt((storage) => storage.length >= 0, false);
    if (isThere && !isWritten) onFull();
  }

  function allNames(storage) {
    const names = Array.from({ length: storage.length }, (_, n) => storage.key(n));
    return names.filter((name) => name !== null); // another tab may remove an item at the same time
  }

  return {
    read: (name) => attempt((storage) => storage.getItem(name), null),
    write,
    remove: (name) => attempt((storage) => storage.removeItem(name)),
    names: () => attempt(allNames, []),
  };
}
