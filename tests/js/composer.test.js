"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/composer.js");
require("../../static/chat/words.js");

function composerWith({ text = "Hello", maxLength = 10 } = {}) {
  const seen = { handed: [], problem: "", fieldThen: null };
  const field = { value: text };
  const composer = chat.composer({
    field,
    maxLength,
    words: chat.words,
    hand: (handed) => {
      seen.handed.push(handed);
      seen.fieldThen = field.value;
    },
    showProblem: (problem) => (seen.problem = problem),
  });
  return { composer, field, seen };
}

function press(composer, event) {
  let prevented = false;
  composer.keydown({ key: "Enter", keyCode: 13, preventDefault: () => (prevented = true), ...event });
  return prevented;
}

test("a message is handed over and then leaves the field", () => {
  const { composer, field, seen } = composerWith();
  composer.send();
  assert.deepEqual(seen.handed, ["Hello"]);
  assert.equal(seen.fieldThen, "Hello");
  assert.equal(field.value, "");
});

test("the text is handed over as it was typed, spaces and line ends included", () => {
  const { composer, seen } = composerWith({ text: "  a\n b " });
  composer.send();
  assert.deepEqual(seen.handed, ["  a\n b "]);
});

test("a second Enter sends nothing", () => {
  const { composer, seen } = composerWith();
  press(composer);
  press(composer);
  assert.deepEqual(seen.handed, ["Hello"]);
});

test("blank text is not sent", () => {
  const { composer, seen } = composerWith({ text: " \n " });
  composer.send();
  assert.deepEqual(seen.handed, []);
});

test("the limit counts code points", () => {
  const { composer, seen } = composerWith({ text: "🦀".repeat(10) });
  composer.send();
  assert.equal(seen.handed.length, 1);
});

test("text over the limit stays, and the field says why until it is sent", () => {
  const { composer, field, seen } = composerWith({ text: "x".repeat(11) });
  composer.send();
  assert.deepEqual(seen.handed, []);
  assert.equal(field.value.length, 11);
  assert.match(seen.problem, /11 characters, at most 10/);
  field.value = "x";
  composer.send();
  assert.equal(seen.problem, "");
});

test("Enter sends", () => {
  const { composer, seen } = composerWith();
  assert.equal(press(composer), true);
  assert.deepEqual(seen.handed, ["Hello"]);
});

test("Shift and Enter begin a new line", () => {
  const { composer, seen } = composerWith();
  assert.equal(press(composer, { shiftKey: true }), false);
  assert.deepEqual(seen.handed, []);
});

test("other keys are left alone", () => {
  const { composer, seen } = composerWith();
  assert.equal(press(composer, { key: "a" }), false);
  assert.deepEqual(seen.handed, []);
});

test("Enter that ends an input method's composition does not send", () => {
  const { composer, seen } = composerWith();
  assert.equal(press(composer, { isComposing: true }), false);
  assert.equal(press(composer, { keyCode: 229 }), false);
  assert.deepEqual(seen.handed, []);
});
