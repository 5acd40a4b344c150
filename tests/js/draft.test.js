"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeStorage } = require("./fakes.js");
require("../../static/chat/draft.js");
require("../../static/chat/safe_storage.js");

function draftIn(storage, { room = "lobby", user = "Alice" } = {}) {
  return chat.draft({ storage: chat.safeStorage(() => storage), room, user });
}

test("a draft is there after a reload, as it was typed", () => {
  const storage = fakeStorage();
  draftIn(storage).keep(" Dear Bob,\n");
  assert.equal(draftIn(storage).load(), " Dear Bob,\n");
});

test("each room and each person has a draft of their own", () => {
  const storage = fakeStorage();
  draftIn(storage).keep("Hi");
  assert.equal(draftIn(storage, { room: "attic" }).load(), "");
  assert.equal(draftIn(storage, { user: "Bob" }).load(), "");
});

test("an empty draft leaves nothing behind", () => {
  const storage = fakeStorage();
  draftIn(storage).keep("Hi");
  draftIn(storage).keep("");
  assert.equal(storage.length, 0);
});

test("what does not fit in the storage leaves no older draft behind", () => {
  const storage = fakeStorage();
  draftIn(storage).keep("Hi");
  storage.full = true;
  draftIn(storage).keep("Hi Bob");
  assert.equal(draftIn(storage).load(), "");
});

test("a forbidden storage disturbs nobody", () => {
  const forbidden = chat.safeStorage(() => {
    throw new Error("SecurityError");
  });
  const draft = chat.draft({ storage: forbidden, room: "lobby", user: "Alice" });
  draft.keep("Hi");
  assert.equal(draft.load(), "");
});

test("the event of a change in another tab tells what it was and is; other events tell nothing", () => {
  const storage = fakeStorage();
  draftIn(storage).keep("Hi");
  const key = storage.key(0);
  const draft = draftIn(storage);
  assert.deepEqual(draft.changedElsewhere({ key, oldValue: null, newValue: "H" }), { before: "", after: "H" });
  assert.deepEqual(draft.changedElsewhere({ key, oldValue: "H", newValue: null }), { before: "H", after: "" });
  assert.equal(draft.changedElsewhere({ key: "theme", oldValue: null, newValue: "dark" }), null);
  assert.equal(draft.changedElsewhere({ key: null, oldValue: null, newValue: null }), null); // everything was cleared
});
