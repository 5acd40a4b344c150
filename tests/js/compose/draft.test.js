import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeStorage } from "../fakes.js";
import { createDraft } from "../../../static/chat/compose/draft.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";

function draftIn(storage, { room = "lobby", user = "Alice", ...more } = {}) {
  return createDraft({ storage: createSafeStorage(() => storage), room, user, ...more });
}

test("a draft is there after a reload as it was typed", () => {
  const storage = fakeStorage();
  draftIn(storage).keep(" Dear Bob,\n");
  assert.equal(draftIn(storage).load(), " Dear Bob,\n");
});

test("each person has a draft in each room", () => {
  const storage = fakeStorage();
  draftIn(storage).keep("Hi");
  assert.equal(draftIn(storage, { room: "attic" }).load(), "");
  assert.equal(draftIn(storage, { user: "Bob" }).load(), "");
  assert.equal(draftIn(storage, { kind: "edit" }).load(), "");
});

test("an empty draft leaves nothing in the storage", () => {
  const storage = fakeStorage();
  draftIn(storage).keep("Hi");
  draftIn(storage).keep("");
  assert.equal(storage.length, 0);
});

test("a draft that does not fit into the storage removes the older one", () => {
  const storage = fakeStorage();
  draftIn(storage).keep("Hi");
  storage.full = true;
  draftIn(storage).keep("Hi Bob");
  assert.equal(draftIn(storage).load(), "");
});

test("a forbidden storage breaks nothing", () => {
  const forbidden = createSafeStorage(() => {
    throw new Error("SecurityError");
  });
  const draft = createDraft({ storage: forbidden, room: "lobby", user: "Alice" });
  draft.keep("Hi");
  assert.equal(draft.load(), "");
});

test("the storage event of another tab's draft gives the draft before and after, and other events give nothing", () => {
  const storage = fakeStorage();
  draftIn(storage).keep("Hi");
  const key = storage.key(0);
  const draft = draftIn(storage);
  assert.deepEqual(draft.changedElsewhere({ key, oldValue: null, newValue: "H" }), { before: "", after: "H" });
  assert.deepEqual(draft.changedElsewhere({ key, oldValue: "H", newValue: null }), { before: "H", after: "" });
  assert.equal(draft.changedElsewhere({ key: "theme", oldValue: null, newValue: "dark" }), null);
  assert.equal(draft.changedElsewhere({ key: null, oldValue: null, newValue: null }), null); // somebody emptied the storage
});
