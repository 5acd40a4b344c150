"use strict";

globalThis.chat ??= {};

// The browser's localStorage, which may be missing, forbidden or full: then nothing is kept, and nothing breaks.
//
// storage(): returns it; asking for it may throw already.
chat.safeStorage = function (storage) {
  function attempt(action, otherwise) {
    try {
      return action(storage()) ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  function allNames(storage) {
    const names = Array.from({ length: storage.length }, (_, n) => storage.key(n));
    return names.filter((name) => name !== null); // another tab has just taken one out
  }

  return {
    read: (name) => attempt((storage) => storage.getItem(name), null),
    write: (name, value) => attempt((storage) => storage.setItem(name, value)),
    remove: (name) => attempt((storage) => storage.removeItem(name)),
    names: () => attempt(allNames, []),
  };
};
