"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/counter.js");
require("../../static/chat/words.js");

function countedTexts(...texts) {
  const shown = [];
  const counter = chat.counter({ maxLength: 20, words: chat.words, show: (text) => shown.push(text) });
  texts.forEach((text) => counter.update(text));
  return shown;
}

test("far from the limit nothing is said", () => {
  assert.deepEqual(countedTexts("", "x".repeat(17)), []);
});

test("near the limit it says how many are left, and beyond it how many are too many", () => {
  const texts = [18, 19, 20, 21, 22].map((length) => "x".repeat(length));
  assert.deepEqual(countedTexts(...texts), [
    "2 characters left",
    "1 character left",
    "0 characters left",
    "1 character too many",
    "2 characters too many",
  ]);
});

test("it counts code points, as the server does", () => {
  assert.deepEqual(countedTexts("🦀".repeat(17), "🦀".repeat(18)), ["2 characters left"]);
});

test("it is gone when there is room again", () => {
  assert.deepEqual(countedTexts("x".repeat(19), "x", ""), ["1 character left", ""]);
});
