"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeStorage } = require("./fakes.js");
require("../../static/chat/pending_store.js");
require("../../static/chat/safe_storage.js");
require("../../static/chat/wire_message.js");

const item = (tag, more) => ({ tag, key: `key of ${tag}`, text: "Hi", typedAt: 1, askedAt: 1, problem: "", ...more });

function storeOn(storage, { room = "lobby", user = "Alice" } = {}) {
  return chat.pendingStore({ storage: chat.safeStorage(() => storage), room, user, readJson: chat.readJson });
}

test("what was put in is there after a reload, in the order typed", () => {
  const storage = fakeStorage();
  storeOn(storage).put(item("b", { typedAt: 2 }));
  storeOn(storage).put(item("a", { typedAt: 3, problem: "No." }));
  storeOn(storage).put(item("c", { typedAt: 1 }));
  const loaded = storeOn(storage).load();
  assert.deepEqual(
    loaded.map(({ tag }) => tag),
    ["c", "b", "a"],
  );
  assert.deepEqual(loaded[2], item("a", { typedAt: 3, problem: "No." }));
});

test("two tabs keep theirs side by side", () => {
  const storage = fakeStorage();
  const [one, other] = [storeOn(storage), storeOn(storage)];
  one.put(item("a"));
  other.put(item("b"));
  one.remove("a");
  assert.deepEqual(
    storeOn(storage)
      .load()
      .map(({ tag }) => tag),
    ["b"],
  );
});

test("another person's, another room's and foreign things are left alone", () => {
  const storage = fakeStorage();
  storeOn(storage, { user: "Bob" }).put(item("a"));
  storeOn(storage, { room: "attic" }).put(item("b"));
  storage.setItem("theme", "dark");
  assert.deepEqual(storeOn(storage).load(), []);
});

test("names that could be mistaken for one another are not", () => {
  const storage = fakeStorage();
  storeOn(storage, { room: 'a","b', user: "c" }).put(item("x"));
  assert.deepEqual(storeOn(storage, { room: "a", user: 'b","c' }).load(), []);
});

test("what is broken is not loaded", () => {
  const storage = fakeStorage();
  storeOn(storage).put(item("a"));
  const name = storage.key(0);
  for (const broken of ["", "{", "null", "5", '{"text": "Hi"}', JSON.stringify(item("a", { typedAt: 1e300 }))]) {
    storage.setItem(name, broken);
    assert.deepEqual(storeOn(storage).load(), [], broken);
  }
});

test("a full or forbidden storage disturbs nobody", () => {
  const full = Object.assign(fakeStorage(), { full: true });
  const forbidden = chat.pendingStore({
    storage: chat.safeStorage(() => {
      throw new Error("SecurityError");
    }),
    room: "lobby",
    user: "Alice",
    readJson: chat.readJson,
  });
  for (const store of [storeOn(full), forbidden]) {
    store.put(item("a"));
    assert.equal(store.isGone("a"), false);
    assert.deepEqual(store.load(), []);
    store.remove("a");
  }
});

test("what another tab has taken out is gone", () => {
  const storage = fakeStorage();
  const store = storeOn(storage);
  store.put(item("a"));
  assert.equal(store.isGone("a"), false);
  const other = storeOn(storage);
  other.load();
  other.remove("a");
  assert.equal(store.isGone("a"), true);
  assert.equal(other.isGone("a"), false);
});

test("what was there at a reload and is taken out by another tab is gone too", () => {
  const storage = fakeStorage();
  storeOn(storage).put(item("a"));
  const [reloaded, other] = [storeOn(storage), storeOn(storage)];
  reloaded.load();
  other.remove("a");
  assert.equal(reloaded.isGone("a"), true);
});

test("the event of a removal names its tag; other events name none", () => {
  const storage = fakeStorage();
  const store = storeOn(storage);
  store.put(item("a"));
  const key = storage.key(0);
  assert.equal(store.tagRemoved({ key, newValue: null }), "a");
  assert.equal(store.tagRemoved({ key, newValue: "{}" }), null);
  assert.equal(store.tagRemoved({ key: "theme", newValue: null }), null);
  assert.equal(store.tagRemoved({ key: null, newValue: null }), null); // everything was cleared
});

test("what another tab has removed is gone, what an emptied storage lacks is not", () => {
  const storage = fakeStorage();
  const [one, other] = [storeOn(storage), storeOn(storage)];
  one.put(item("a"));
  one.put(item("b"));
  other.remove("a");
  assert.deepEqual([one.isGone("a"), one.isGone("b")], [true, false]);
  storage.clear();
  assert.equal(one.isGone("b"), false);
  one.put(item("c"));
  assert.equal(one.isGone("b"), false);
});

test("what waits for this room under other names is counted", () => {
  const storage = fakeStorage();
  storeOn(storage).put(item("a"));
  storeOn(storage, { user: "Bob" }).put(item("b"));
  storeOn(storage, { user: "Bob" }).put(item("c"));
  storeOn(storage, { user: "Bob", room: "attic" }).put(item("d"));
  storage.setItem("chat pending {", "broken");
  assert.deepEqual(storeOn(storage).waitingAsOthers(), [["Bob", 2]]);
});
