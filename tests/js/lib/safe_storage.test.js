import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeStorage } from "../fakes.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";

function safeOver(storage) {
  const calls = { full: 0 };
  return Object.assign(createSafeStorage(storage, () => (calls.full += 1)), { calls });
}

test("a storage that gets full says so at each write that it refuses", () => {
  const storage = fakeStorage();
  const safe = safeOver(() => storage);
  safe.write("a", "1");
  assert.equal(safe.calls.full, 0);
  storage.full = true;
  safe.write("a", "2");
  safe.write("b", "2");
  assert.deepEqual([safe.read("a"), safe.read("b"), safe.calls.full], ["1", null, 2]);
});

test("a storage that is missing or forbidden is not full", () => {
  const forbidden = () => {
    throw new Error("SecurityError");
  };
  for (const storage of [() => null, () => undefined, forbidden]) {
    const safe = safeOver(storage);
    safe.write("a", "1");
    assert.deepEqual([safe.read("a"), safe.names(), safe.calls.full], [null, [], 0]);
  }
});
