import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeStorage } from "../fakes.js";
import { createPendingStore } from "../../../static/chat/compose/pending_store.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";

const item = (tag, more) => ({ tag, key: `key of ${tag}`, text: "Hi", typedAt: 1, askedAt: 1, problem: "", ...more });

function storeOn(storage, { room = "lobby", user = "Alice" } = {}) {
  return createPendingStore({ storage: createSafeStorage(() => storage), room, user });
}

test("stored messages are there after a reload, in the order typed", () => {
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

test("two tabs do not overwrite each other's messages", () => {
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

test("messages of other people and rooms, and other items, are left alone", () => {
  const storage = fakeStorage();
  storeOn(storage, { user: "Bob" }).put(item("a"));
  storeOn(storage, { room: "attic" }).put(item("b"));
  storage.setItem("theme", "dark");
  assert.deepEqual(storeOn(storage).load(), []);
});

test("similar names are not confused", () => {
  const storage = fakeStorage();
  storeOn(storage, { room: 'a","b', user: "c" }).put(item("x"));
  assert.deepEqual(storeOn(storage, { room: "a", user: 'b","c' }).load(), []);
});

test("broken items are not loaded", () => {
  const storage = fakeStorage();
  storeOn(storage).put(item("a"));
  const name = storage.key(0);
  for (const broken of ["", "{", "null", "5", '{"text": "Hi"}', JSON.stringify(item("a", { typedAt: 1e300 }))]) {
    storage.setItem(name, broken);
    assert.deepEqual(storeOn(storage).load(), [], broken);
  }
});

test("a full or forbidden storage breaks nothing", () => {
  const full = Object.assign(fakeStorage(), { full: true });
  const forbidden = createPendingStore({
    storage: createSafeStorage(() => {
      throw new Error("SecurityError");
    }),
    room: "lobby",
    user: "Alice",
  });
  for (const store of [storeOn(full), forbidden]) {
    store.put(item("a"));
    assert.equal(store.isGone("a"), false);
    assert.deepEqual(store.load(), []);
    store.remove("a");
  }
});

test("a message that no longer fits into the storage is not gone", () => {
  const storage = fakeStorage();
  const store = storeOn(storage);
  store.put(item("a"));
  storage.full = true;
  store.put(item("b"));
  assert.deepEqual([store.isGone("a"), store.isGone("b")], [false, false]);
  storeOn(storage).remove("a");
  assert.deepEqual([store.isGone("a"), store.isGone("b")], [true, false]);
});

test("a message that another tab removed is gone", () => {
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

test("a loaded message that another tab removed is gone too", () => {
  const storage = fakeStorage();
  storeOn(storage).put(item("a"));
  const [reloaded, other] = [storeOn(storage), storeOn(storage)];
  reloaded.load();
  other.remove("a");
  assert.equal(reloaded.isGone("a"), true);
});

test("the storage event of a removal gives its tag, and other events give none", () => {
  const storage = fakeStorage();
  const store = storeOn(storage);
  store.put(item("a"));
  const key = storage.key(0);
  assert.equal(store.tagRemoved({ key, newValue: null }), "a");
  assert.equal(store.tagRemoved({ key, newValue: "{}" }), null);
  assert.equal(store.tagRemoved({ key: "theme", newValue: null }), null);
  assert.equal(store.tagRemoved({ key: null, newValue: null }), null); // somebody emptied the storage
});

test("an emptied storage does not count as removal by another tab", () => {
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

test("messages that wait under other names are counted", () => {
  const storage = fakeStorage();
  storeOn(storage).put(item("a"));
  storeOn(storage, { user: "Bob" }).put(item("b"));
  storeOn(storage, { user: "Bob" }).put(item("c"));
  storeOn(storage, { user: "Bob", room: "attic" }).put(item("d"));
  storage.setItem("chat pending {", "broken");
  assert.deepEqual(storeOn(storage).waitingAsOthers(), [["Bob", 2]]);
});

test("only unsent messages, and an emptied storage, are news about unsent messages", () => {
  const { isAbout } = storeOn(fakeStorage());
  assert.equal(isAbout({ key: null }), true);
  assert.equal(isAbout({ key: "chat pending a" }), true);
  assert.equal(isAbout({ key: "chat name" }), false);
});
