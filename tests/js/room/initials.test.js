import { test } from "node:test";
import assert from "node:assert/strict";
import { createInitials } from "../../../static/chat/room/initials.js";

const NAMES = ["ann", "ann lee", " Ann  Mary Lee ", "日本 太郎", "🦀 crab", "ß", "ann\u00a0lee", ""];

test("initials are the first letters of the first two words", () => {
  for (const Segmenter of [Intl.Segmenter, null])
    assert.deepEqual(NAMES.map(createInitials(Segmenter)), ["A", "AL", "AM", "日太", "🦀C", "SS", "AL", ""]);
});

test("a letter keeps its accents and an emoji its parts, where the browser can tell", () => {
  const names = ["e\u0301va", "👩‍🚀 ada"];
  assert.deepEqual(names.map(createInitials()), ["E\u0301", "👩‍🚀A"]);
  assert.deepEqual(names.map(createInitials(null)), ["E", "👩A"]);
});
