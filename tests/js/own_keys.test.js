"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeStorage } = require("./fakes.js");
require("../../static/chat/own_keys.js");
require("../../static/chat/safe_storage.js");
require("../../static/chat/wire_message.js");

const HELLO = { id: 12, date: "2026-03-04T01:30:00.123Z" };
let time = 0;

function keysIn(storage, room = "lobby") {
  const now = () => (time += 1);
  return chat.ownKeys({ storage: chat.safeStorage(() => storage), room, readJson: chat.readJson, now });
}

test("a key is known over a reload and in every tab", () => {
  const storage = fakeStorage();
  const otherTab = keysIn(storage);
  keysIn(storage).keep(HELLO, "secret");
  assert.equal(otherTab.keyOf(HELLO), "secret");
  assert.equal(keysIn(storage).keyOf(HELLO), "secret");
});

test("a message of the same id in another room, or in another database, is somebody else's", () => {
  const storage = fakeStorage();
  keysIn(storage).keep(HELLO, "secret");
  assert.equal(keysIn(storage, "attic").keyOf(HELLO), null);
  assert.equal(keysIn(storage).keyOf({ ...HELLO, date: "2026-05-06T01:30:00.123Z" }), null);
  assert.equal(keysIn(storage).keyOf({ ...HELLO, id: 1 }), null);
});

test("of all rooms together the newest 200 keys are kept, and other things are left alone", () => {
  const storage = fakeStorage();
  storage.setItem("theme", "dark");
  for (let id = 1; id <= 150; id += 1) keysIn(storage).keep({ ...HELLO, id }, "secret");
  for (let id = 1; id <= 100; id += 1) keysIn(storage, "attic").keep({ ...HELLO, id }, "secret");
  assert.equal(storage.length, 201);
  assert.equal(storage.getItem("theme"), "dark");
  const { keyOf } = keysIn(storage);
  assert.deepEqual([keyOf({ ...HELLO, id: 50 }), keyOf({ ...HELLO, id: 51 })], [null, "secret"]);
});

test("what is broken goes first and is no key", () => {
  const storage = fakeStorage();
  keysIn(storage).keep(HELLO, "secret");
  const name = storage.key(0);
  for (const broken of ["", "{", "null", "5", "{}", JSON.stringify({ ...HELLO, key: 5 })]) {
    storage.setItem(name, broken);
    assert.equal(keysIn(storage).keyOf(HELLO), null, broken);
  }
  for (let id = 1; id <= 200; id += 1) keysIn(storage, "attic").keep({ ...HELLO, id }, "secret");
  assert.equal(storage.getItem(name), null);
});

test("without a storage the page itself knows its keys", () => {
  const full = Object.assign(fakeStorage(), { full: true });
  const keys = keysIn(full);
  keys.keep(HELLO, "secret");
  assert.equal(keys.keyOf(HELLO), "secret");
});

test("the event of a key that another tab has kept names its message; other events name none", () => {
  const storage = fakeStorage();
  keysIn(storage).keep(HELLO, "secret");
  const key = storage.key(0);
  const { keptElsewhere } = keysIn(storage);
  assert.equal(keptElsewhere({ key, newValue: "{}" }), 12);
  assert.equal(keptElsewhere({ key, newValue: null }), null);
  assert.equal(keptElsewhere({ key: "theme", newValue: "dark" }), null);
  assert.equal(keptElsewhere({ key: null, newValue: null }), null);
  assert.equal(keysIn(storage, "attic").keptElsewhere({ key, newValue: "{}" }), null);
});
