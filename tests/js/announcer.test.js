"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeClock } = require("./fakes.js");
require("../../static/chat/announcer.js");
require("../../static/chat/words.js");

// A live region; `lines` is what stands in it.
function announcer() {
  const clock = fakeClock();
  const lines = [];
  const createElement = () => ({ remove: () => lines.shift() });
  const element = { ownerDocument: { createElement }, append: (line) => lines.push(line) };
  const { told } = chat.announcer({ element, words: chat.words, setTimeout: clock.setTimeout });
  return {
    tell: (...texts) => texts.forEach((text) => told({ from: "Bob", text })),
    heard: () => lines.map(({ textContent }) => textContent),
    pass: clock.pass,
  };
}

test("new messages are said one by one, and do not pile up", () => {
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

test("many at once are only counted, and a long one is cut", () => {
  const { tell, heard, pass } = announcer();
  tell(..."abcdefghij");
  pass(500);
  assert.deepEqual(heard(), ["10 new messages"]);
  pass(60_000);
  tell("x".repeat(8000));
  pass(500);
  assert.ok(heard()[0].length < 400);
});
