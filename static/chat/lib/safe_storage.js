// The browser's localStorage. It may be missing, forbidden or full. Then nothing is stored, and nothing throws.
//
// storage() returns the localStorage; the call itself may throw.
export function createSafeStorage(storage) {
  function attempt(action, otherwise) {
    try {
      return action(storage()) ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  function allNames(storage) {
    const names = Array.from({ length: storage.length }, (_, n) => storage.key(n));
    return names.filter((name) => name !== null); // another tab may remove an item at the same time
  }

  return {
    read: (name) => attempt((storage) => storage.getItem(name), null),
    write: (name, value) => attempt((storage) => storage.setItem(name, value)),
    remove: (name) => attempt((storage) => storage.removeItem(name)),
    names: () => attempt(allNames, []),
  };
}
