import { test } from "node:test";
import assert from "node:assert/strict";
import { createNamesakes } from "../../../static/chat/room/namesakes.js";

function namesakes() {
  const shared = new Map();
  const calls = [];
  const made = createNamesakes((item, isShared) => (calls.push(item), shared.set(item, isShared)));
  return { ...made, calls, shared: () => [...shared].filter(([, isShared]) => isShared).map(([item]) => item) };
}

test("a name is shared while two people in view have it", () => {
  const page = namesakes();
  page.add("a", "Ann", "one");
  page.add("b", "Ann", "one");
  page.add("c", "Bob", "two");
  assert.deepEqual([page.shared(), page.isShared("Ann")], [[], false]);
  page.add("d", "Ann", undefined);
  assert.deepEqual([page.shared(), page.isShared("Ann"), page.isShared("Bob")], [["a", "b", "d"], true, false]);
  page.remove("a", "Ann", "one");
  assert.equal(page.isShared("Ann"), true);
  page.remove("d", "Ann", undefined);
  assert.deepEqual([page.shared().includes("b"), page.isShared("Ann")], [false, false]);
});

test("of three people of a name, two must go before it is no longer shared", () => {
  const page = namesakes();
  ["one", "two", "three"].forEach((who) => page.add(who, "Ann", who));
  page.remove("one", "Ann", "one");
  assert.deepEqual([page.isShared("Ann"), page.shared()], [true, ["one", "two", "three"]]);
  page.remove("two", "Ann", "two");
  assert.deepEqual([page.isShared("Ann"), page.shared()], [false, ["one", "two"]]);
  page.remove("three", "Ann", "three");
  page.add("four", "Ann", "four");
  assert.equal(page.isShared("Ann"), false);
});

test("names that look alike are one name", () => {
  const page = namesakes();
  page.add("a", "\u00c9va", "one");
  page.add("b", "e\u0301va", "two");
  assert.deepEqual(page.shared(), ["a", "b"]);
  assert.equal(page.isShared("E\u0301va"), true);
  page.remove("b", "e\u0301va", "two");
  assert.equal(page.isShared("\u00c9va"), false);
});

test("one more message touches no other one, however many there are", () => {
  const page = namesakes();
  for (let number = 0; number < 100; number += 1) page.add(number, "Ann", number % 2);
  page.calls.length = 0;
  page.add("last", "Ann", 1);
  assert.deepEqual(page.calls, ["last"]);
  assert.ok(page.shared().includes("last"));
});
