import { randomId } from "../lib/random_id.js";

// Keeps the secret by which this browser proves who writes. The server makes the author's mark of it. All tabs share
// one secret; without a storage, each page has its own.
//
// storage: see safe_storage.js. user: the person's name if the server knows it, or undefined: several people may use one
// browser, and then each has a secret.
export function createAuthorKey({ storage, user, newKey = randomId }) {
  const NAME = user ? `chat author key ${user}` : "chat author key";
  const KEY = /^[!-~]{16,64}$/; // what the server takes

  let here = null;
  let made = null;

  // Two tabs that start at once both write a secret. The later one stays, so each use reads it again.
  function get() {
    if (read() === null) {
      here ??= made = newKey();
      storage.write(NAME, here);
    }
    here = read() ?? here;
    return here;
  }

  function read() {
    const kept = storage.read(NAME);
    return KEY.test(kept ?? "") ? kept : null;
  }

  // Returns whether this page has made the secret. Then nobody has written with it before.
  function isNew() {
    return get() === made;
  }

  // Returns whether this `storage` event may change the secret. Without a key, somebody emptied the storage.
  function isAbout({ key }) {
    return key === NAME || key === null;
  }

  return { get, isNew, isAbout };
}
