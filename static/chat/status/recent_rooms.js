// Remembers in the browser which rooms a person visited, and the name that the person used last.
export function createRecentRooms(storage) {
  const NAME = "chat name";
  const ROOMS = "chat rooms";
  const MAX_ROOMS = 30;

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

  function visit({ room, user }) {
    storage.write(NAME, user);
    keep([room, ...others(room)]);
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

  return { rooms, name: () => storage.read(NAME) ?? "", visit, forget, isAbout };
}

// Returns the address of a room's page. base: the address of any other page of the chat, next to it.
export function roomAddress(room, user, base) {
  const name = encodeURIComponent(room);
  return new URL(user === "" ? name : `${name}?${new URLSearchParams({ user })}`, base).href;
}
