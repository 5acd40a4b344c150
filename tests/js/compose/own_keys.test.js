import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeStorage } from "../fakes.js";
import { createOwnKeys } from "../../../static/chat/compose/own_keys.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";

const HELLO = { id: 12, date: "2026-03-04T01:30:00.123Z" };
let time = 0;

function keysIn(storage, room = "lobby") {
  const now = () => (time += 1);
  return createOwnKeys({ storage: createSafeStorage(() => storage), room, now });
}

test("a key is known after a reload and in every tab", () => {
  const storage = fakeStorage();
  const otherTab = keysIn(storage);
  keysIn(storage).keep(HELLO, "secret");
  assert.equal(otherTab.keyOf(HELLO), "secret");
  assert.equal(keysIn(storage).keyOf(HELLO), "secret");
});

test("a message with the same id in another room or database has another key", () => {
  const storage = fakeStorage();
  keysIn(storage).keep(HELLO, "secret");
  assert.equal(keysIn(storage, "attic").keyOf(HELLO), null);
  assert.equal(keysIn(storage).keyOf({ ...HELLO, date: "2026-05-06T01:30:00.123Z" }), null);
  assert.equal(keysIn(storage).keyOf({ ...HELLO, id: 1 }), null);
});

test("the newest 200 keys of all rooms are kept, and other items are left alone", () => {
  const storage = fakeStorage();
  storage.setItem("theme", "dark");
  for (let id = 1; id <= 150; id += 1) keysIn(storage).keep({ ...HELLO, id }, "secret");
  for (let id = 1; id <= 100; id += 1) keysIn(storage, "attic").keep({ ...HELLO, id }, "secret");
  assert.equal(storage.length, 201);
  assert.equal(storage.getItem("theme"), "dark");
  const { keyOf } = keysIn(storage);
  assert.deepEqual([keyOf({ ...HELLO, id: 50 }), keyOf({ ...HELLO, id: 51 })], [null, "secret"]);
});

test("broken items are not keys, and go first", () => {
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

test("the page knows its keys without a storage too", () => {
  const full = Object.assign(fakeStorage(), { full: true });
  const keys = keysIn(full);
  keys.keep(HELLO, "secret");
  assert.equal(keys.keyOf(HELLO), "secret");
});

test("the storage event of another tab's key gives the message id, and other events give none", () => {
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

test("of very many leftover keys only some are dropped at once, the oldest first", () => {
  const storage = fakeStorage();
  for (let id = 1; id <= 2_000; id += 1) storage.setItem(`chat key "attic" ${id}`, JSON.stringify({ keptAt: -id }));
  const keys = keysIn(storage);
  keys.keep(HELLO, "secret");
  assert.equal(storage.length, 1_501);
  assert.equal(storage.getItem('chat key "attic" 1501'), null);
  for (let turn = 0; turn < 3; turn += 1) keys.keep(HELLO, "secret");
  assert.equal(storage.length, 200);
  assert.equal(keysIn(storage).keyOf(HELLO), "secret");
});
