"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeStorage } = require("./fakes.js");
require("../../static/chat/safe_storage.js");
require("../../static/chat/visits.js");

const visitsIn = (storage) => chat.visits(chat.safeStorage(() => storage));

test("the room visited last comes first, and each room once", () => {
  const visits = visitsIn(fakeStorage());
  for (const room of ["lobby", "garden", "日本", "lobby"]) visits.visit({ room, user: "Alice" });
  assert.deepEqual(visits.rooms(), ["lobby", "日本", "garden"]);
});

test("the name one had last is remembered", () => {
  const storage = fakeStorage();
  visitsIn(storage).visit({ room: "lobby", user: "Alice" });
  visitsIn(storage).visit({ room: "lobby", user: "Zoë & co" });
  assert.equal(visitsIn(storage).name(), "Zoë & co");
});

test("thirty rooms are kept", () => {
  const visits = visitsIn(fakeStorage());
  for (let number = 1; number <= 31; number++) visits.visit({ room: `room ${number}`, user: "Alice" });
  assert.equal(visits.rooms().length, 30);
  assert.deepEqual([visits.rooms()[0], visits.rooms()[29]], ["room 31", "room 2"]);
});

test("a room that is forgotten is gone, the others stay", () => {
  const visits = visitsIn(fakeStorage());
  for (const room of ["lobby", "garden", "attic"]) visits.visit({ room, user: "Alice" });
  visits.forget("garden");
  assert.deepEqual(visits.rooms(), ["attic", "lobby"]);
});

for (const kept of ["", "{", "null", "7", '"lobby"', '[7, null, {}, "", ["lobby"]]']) {
  test(`what is no list of rooms is none: ${kept}`, () => {
    const storage = fakeStorage();
    storage.setItem("chat rooms", kept);
    const visits = visitsIn(storage);
    assert.deepEqual(visits.rooms(), []);
    visits.visit({ room: "lobby", user: "Alice" });
    assert.deepEqual(visits.rooms(), ["lobby"]);
  });
}

test("a browser without a storage has visited nothing", () => {
  const visits = chat.visits(
    chat.safeStorage(() => {
      throw new Error("SecurityError");
    }),
  );
  visits.visit({ room: "lobby", user: "Alice" });
  visits.forget("lobby");
  assert.deepEqual([visits.rooms(), visits.name()], [[], ""]);
});

test("a full storage keeps what it has", () => {
  const storage = fakeStorage();
  const visits = visitsIn(storage);
  visits.visit({ room: "lobby", user: "Alice" });
  storage.full = true;
  visits.visit({ room: "garden", user: "Bob" });
  assert.deepEqual([visits.rooms(), visits.name()], [["lobby"], "Alice"]);
});

test("rooms stand beside each other, whatever they are called", () => {
  const here = "http://chat/a%2Bb?user=Bob#m7";
  assert.equal(chat.roomAddress("lobby", "Alice", here), "http://chat/lobby?user=Alice");
  assert.equal(chat.roomAddress("a:b?c#d\\e", "A & b", here), "http://chat/a%3Ab%3Fc%23d%5Ce?user=A+%26+b");
  assert.equal(chat.roomAddress("lobby", "", "http://chat/"), "http://chat/lobby");
});
