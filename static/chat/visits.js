"use strict";

globalThis.chat ??= {};

// Remembers in the browser which rooms one has visited, and under which name one was there last.
chat.visits = function (storage) {
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

  // Whether this `storage` event of another tab is about the rooms; without a key all was emptied.
  function isAbout({ key }) {
    return key === ROOMS || key === null;
  }

  return { rooms, name: () => storage.read(NAME) ?? "", visit, forget, isAbout };
};

// The address of a room's page, seen from any page of the chat: rooms stand beside each other.
chat.roomAddress = function (room, user, base) {
  const name = encodeURIComponent(room);
  return new URL(user === "" ? name : `${name}?${new URLSearchParams({ user })}`, base).href;
};
