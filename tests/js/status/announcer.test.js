import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock } from "../fakes.js";
import { createAnnouncer } from "../../../static/chat/status/announcer.js";

// An announcer and its live region.
function announcer() {
  const clock = fakeClock();
  const lines = [];
  const createElement = () => ({ remove: () => lines.shift() });
  const replaceChildren = () => lines.splice(0);
  const element = { ownerDocument: { createElement }, append: (line) => lines.push(line), replaceChildren };
  const { announce, clear } = createAnnouncer({ element, setTimeout: clock.setTimeout });
  return {
    tell: (...texts) => texts.forEach((text) => announce({ from: "Bob", text })),
    heard: () => lines.map(({ textContent }) => textContent),
    pass: clock.pass,
    clear,
  };
}

test("new messages are announced one by one, and removed later", () => {
  const { tell, heard, pass } = announcer();
  tell("one", "two");
  pass(500);
  assert.deepEqual(heard(), ["Bob: one", "Bob: two"]);
  pass(60_000);
  assert.deepEqual(heard(), []);
  tell("three");
  pass(500);
  assert.deepEqual(heard(), ["Bob: three"]);
});

test("many messages at once are only counted, and a long one is cut", () => {
  const { tell, heard, pass } = announcer();
  tell(..."abcdefghij");
  pass(500);
  assert.deepEqual(heard(), ["10 new messages"]);
  pass(60_000);
  tell("x".repeat(8000));
  pass(500);
  assert.ok(heard()[0].length < 400);
});

test("after a clearing nothing of before is there or is said later", () => {
  const { tell, heard, pass, clear } = announcer();
  tell("one");
  pass(500);
  tell("two");
  clear();
  pass(500);
  assert.deepEqual(heard(), []);
  tell("three");
  pass(500);
  assert.deepEqual(heard(), ["Bob: three"]);
});
