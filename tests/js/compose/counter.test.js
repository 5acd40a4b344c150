import { test } from "node:test";
import assert from "node:assert/strict";
import { createCounter } from "../../../static/chat/compose/counter.js";
import { strings } from "../../../static/chat/lib/strings.js";

function countedTexts(...texts) {
  const shown = [];
  const counter = createCounter({ maxLength: 20, show: (text) => shown.push(text) });
  texts.forEach((text) => counter.update(text));
  return shown;
}

test("far from the limit the counter is empty", () => {
  assert.deepEqual(countedTexts("", "x".repeat(17)), []);
});

test("near the limit the counter says how many characters are left, and beyond it how many are too many", () => {
  const texts = [18, 19, 20, 21, 22].map((length) => "x".repeat(length));
  assert.deepEqual(countedTexts(...texts), [
    "2 characters left",
    "1 character left",
    "0 characters left",
    "1 character too many",
    "2 characters too many",
  ]);
});

test("the counter counts code points, as the server does", () => {
  assert.deepEqual(countedTexts("🦀".repeat(17), "🦀".repeat(18)), ["2 characters left"]);
});

test("the counter is empty again when the text is short enough", () => {
  assert.deepEqual(countedTexts("x".repeat(19), "x", ""), ["1 character left", ""]);
});
