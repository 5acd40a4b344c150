import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeStorage } from "../fakes.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";
import { createRecentRooms, isPlainClick, roomAddress } from "../../../static/chat/status/recent_rooms.js";

// A tab of a browser with this storage. visit(): the person enters a room with a form.
function recentRoomsIn(storage, tabStorage = fakeStorage()) {
  const safe = (storage) => createSafeStorage(() => storage);
  const recentRooms = createRecentRooms(safe(storage), safe(tabStorage));
  const follow = recentRooms.visit;
  const visit = (page) => (recentRooms.give(page.user), follow(page));
  return { ...recentRooms, visit, follow };
}

test("the last visited room comes first, and each room once", () => {
  const visits = recentRoomsIn(fakeStorage());
  for (const room of ["lobby", "garden", "日本", "lobby"]) visits.visit({ room, user: "Alice" });
  assert.deepEqual(visits.rooms(), ["lobby", "日本", "garden"]);
});

test("the last name is remembered", () => {
  const storage = fakeStorage();
  recentRoomsIn(storage).visit({ room: "lobby", user: "Alice" });
  recentRoomsIn(storage).visit({ room: "lobby", user: "Zoë & co" });
  assert.equal(recentRoomsIn(storage).name(), "Zoë & co");
});

test("a name or a room that only a link names is not remembered", () => {
  const storage = fakeStorage();
  recentRoomsIn(storage).visit({ room: "lobby", user: "Dave" });
  const tab = fakeStorage();
  const visits = recentRoomsIn(storage, tab);
  visits.follow({ room: "trap", user: "Erin" });
  visits.follow({ room: "trap", user: "Dave" });
  assert.deepEqual([visits.name(), visits.rooms()], ["Dave", ["lobby"]]);
  visits.visit({ room: "garden", user: "Dave" });
  visits.follow({ room: "trap", user: "Dave" }); // each visit needs the name to be given once
  assert.deepEqual(visits.rooms(), ["garden", "lobby"]);
  visits.give("Dave");
  visits.follow({ room: "trap", user: "Erin" });
  visits.follow({ room: "trap", user: "Dave" });
  assert.deepEqual([visits.name(), visits.rooms()], ["Dave", ["garden", "lobby"]]);
});

test("a person has the name given last, and in each tab the one given there", () => {
  const storage = fakeStorage();
  const daves = recentRoomsIn(storage);
  daves.visit({ room: "lobby", user: "Dave" });
  const erins = recentRoomsIn(storage);
  erins.visit({ room: "lobby", user: "Erin" });
  assert.deepEqual([daves.isOwn("Dave"), daves.isOwn("Erin"), daves.isOwn("Mallory")], [true, true, false]);
  assert.deepEqual([erins.isOwn("Dave"), erins.isOwn("Erin"), erins.isOwn("Mallory")], [false, true, false]);
});

test("a tab keeps the order of its list, and another tab has its own", () => {
  const storage = fakeStorage();
  const [tab, other] = [recentRoomsIn(storage), recentRoomsIn(storage)];
  assert.deepEqual(tab.order(), []);
  tab.keepOrder(["b", "a"]);
  assert.deepEqual([tab.order(), other.order()], [["b", "a"], []]);
});

test("the last thirty rooms are kept", () => {
  const visits = recentRoomsIn(fakeStorage());
  for (let number = 1; number <= 31; number++) visits.visit({ room: `room ${number}`, user: "Alice" });
  assert.equal(visits.rooms().length, 30);
  assert.deepEqual([visits.rooms()[0], visits.rooms()[29]], ["room 31", "room 2"]);
});

test("a forgotten room is gone, and the others stay", () => {
  const visits = recentRoomsIn(fakeStorage());
  for (const room of ["lobby", "garden", "attic"]) visits.visit({ room, user: "Alice" });
  visits.forget("garden");
  assert.deepEqual(visits.rooms(), ["attic", "lobby"]);
});

for (const kept of ["", "{", "null", "7", '"lobby"', '[7, null, {}, "", ["lobby"]]']) {
  test(`anything but a list of rooms counts as no rooms: ${kept}`, () => {
    const storage = fakeStorage();
    storage.setItem("chat rooms", kept);
    const visits = recentRoomsIn(storage);
    assert.deepEqual(visits.rooms(), []);
    visits.visit({ room: "lobby", user: "Alice" });
    assert.deepEqual(visits.rooms(), ["lobby"]);
  });
}

test("a browser without a storage remembers no rooms", () => {
  const none = createSafeStorage(() => {
    throw new Error("SecurityError");
  });
  const visits = createRecentRooms(none, none);
  visits.give("Alice");
  visits.visit({ room: "lobby", user: "Alice" });
  visits.forget("lobby");
  assert.deepEqual([visits.rooms(), visits.name()], [[], ""]);
});

test("a full storage keeps its rooms", () => {
  const storage = fakeStorage();
  const visits = recentRoomsIn(storage);
  visits.visit({ room: "lobby", user: "Alice" });
  storage.full = true;
  visits.visit({ room: "garden", user: "Bob" });
  assert.deepEqual([visits.rooms(), visits.name()], [["lobby"], "Alice"]);
});

test("addresses of rooms are right for any name", () => {
  const here = "http://chat/a%2Bb?user=Bob#m7";
  assert.equal(roomAddress("lobby", here, "Alice"), "http://chat/lobby?user=Alice");
  assert.equal(roomAddress("a:b?c#d\\e", here, "A & b"), "http://chat/a%3Ab%3Fc%23d%5Ce?user=A+%26+b");
  assert.equal(roomAddress("lobby", here), "http://chat/lobby");
});

test("a click with a modifier key opens another tab", () => {
  assert.equal(isPlainClick({}), true);
  for (const key of ["ctrlKey", "metaKey", "shiftKey", "altKey"]) assert.equal(isPlainClick({ [key]: true }), false);
});

test("only an event about the list of rooms, or about the whole storage, is about the rooms", () => {
  const storage = fakeStorage();
  const rooms = recentRoomsIn(storage);
  rooms.visit({ room: "lobby", user: "Alice" });
  const names = Array.from({ length: storage.length }, (_, n) => storage.key(n));
  assert.equal(names.filter((key) => rooms.isAbout({ key })).length, 1);
  assert.equal(rooms.isAbout({ key: null }), true);
  assert.equal(rooms.isAbout({ key: "another" }), false);
});

test("a name that the server knows needs no form, and another name is another person with other rooms", () => {
  const [storage, tabStorage] = [fakeStorage(), fakeStorage()];
  const rooms = createRecentRooms(createSafeStorage(() => storage), createSafeStorage(() => tabStorage));
  rooms.visit({ room: "attic", user: "Ann", known: "Ann" });
  rooms.visit({ room: "den", user: "Ann", known: "Ann" });
  assert.deepEqual([rooms.rooms(), rooms.name(), rooms.isOwn("Ann")], [["den", "attic"], "Ann", true]);
  rooms.visit({ room: "lobby", user: "Bob", known: "Bob" });
  assert.deepEqual([rooms.rooms(), rooms.name()], [["lobby"], "Bob"]);
});
