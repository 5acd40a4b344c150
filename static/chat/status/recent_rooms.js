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
  const ORDER = "chat order"; // of the rooms in this tab's list

  // Returns the names of the rooms, the last visited first.
  const rooms = () => parse(storage.read(ROOMS));

  // Returns the names in the order of this tab's list.
  const order = () => parse(tabStorage.read(ORDER));

  function parse(text) {
    try {
      return JSON.parse(text).filter((room) => typeof room === "string" && room !== "");
    } catch {
      return [];
    }
  }

  function keepOrder(list) {
    tabStorage.write(ORDER, JSON.stringify(list));
  }

  function keep(list) {
    storage.write(ROOMS, JSON.stringify(list.slice(0, MAX_ROOMS)));
  }

  // The person goes to a room by this name, by a form or a link of ours.
  function give(user) {
    tabStorage.write(GIVEN, user);
  }

  // The room's page opens. known: the person's name if the server knows it. Then another name is another person.
  function visit({ room, user, known }) {
    const isGiven = known || tabStorage.read(GIVEN) === user;
    tabStorage.remove(GIVEN);
    if (!isGiven) return;
    const before = known && name() !== user ? [] : others(room);
    tabStorage.write(HERE, user);
    storage.write(NAME, user);
    keep([room, ...before]);
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

  return { rooms, order, keepOrder, name, isOwn, give, visit, forget, isAbout };
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
