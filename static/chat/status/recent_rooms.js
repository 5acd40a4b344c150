// Remembers in the browser which rooms a person visited, and the name that the person used last. It remembers only what
// the person entered on our pages: anybody can make a link to a room that contains a name.
//
// storage: the browser's. tabStorage: of this tab only. See safe_storage.js for both.
export function createRecentRooms(storage, tabStorage) {
  const NAME = "chat name";
  const ROOMS = "chat rooms";
  const MAX_ROOMS = 30;
  const GIVEN = "chat given"; // the name that a page of ours has just been given
  const HERE = "chat here"; // the name that the person has given in this tab

  // Returns the names of the rooms, the last visited first.
  function rooms() {
    try {
      const kept = JSON.parse(storage.read(ROOMS));
      return kept.filter((room) => typeof room === "string" && room !== "");
    } catch {
      return [];
    }
  }

  function keep(list) {
    storage.write(ROOMS, JSON.stringify(list.slice(0, MAX_ROOMS)));
  }

  // The person goes to a room by this name, by a form or a link of ours.
  function give(user) {
    tabStorage.write(GIVEN, user);
  }

  // The room's page opens.
  function visit({ room, user }) {
    const isGiven = tabStorage.read(GIVEN) === user;
    tabStorage.remove(GIVEN);
    if (!isGiven) return;
    tabStorage.write(HERE, user);
    storage.write(NAME, user);
    keep([room, ...others(room)]);
  }

  function name() {
    return storage.read(NAME) ?? "";
  }

  // Returns whether the person has given this name, and not a link.
  function isOwn(user) {
    return [name(), tabStorage.read(HERE)].includes(user);
  }

  function forget(room) {
    keep(others(room));
  }

  function others(room) {
    return rooms().filter((other) => other !== room);
  }

  // Returns whether this `storage` event concerns the rooms. Without a key, somebody emptied the storage.
  function isAbout({ key }) {
    return key === ROOMS || key === null;
  }

  return { rooms, name, isOwn, give, visit, forget, isAbout };
}

// Returns the address of a room's page. base: the address of any other page of the chat, next to it. Our links have no
// name in it, because people copy them.
export function roomAddress(room, base, user = "") {
  const name = encodeURIComponent(room);
  return new URL(user === "" ? name : `${name}?${new URLSearchParams({ user })}`, base).href;
}

// Returns whether a click opens the link in this tab.
export function isPlainClick({ ctrlKey, metaKey, shiftKey, altKey }) {
  return !(ctrlKey || metaKey || shiftKey || altKey);
}
