import { test } from "node:test";
import assert from "node:assert/strict";
import { isOnlyEmoji } from "../../../static/chat/room/emoji.js";

test("one to three emoji are only emoji, whatever they are made of", () => {
  const all = ["😀", "🎉🎉", " 👍 👍\n👍 ", "❤️", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "👁‍🗨", "🧑🏾‍🤝‍🧑🏻", "🇩🇪🇫🇷", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣#️⃣", "☺️🐕‍🦺👍🏽"];
  for (const text of all) assert.ok(isOnlyEmoji(text), text);
});

test("anything else is text", () => {
  const all = ["", " ", "ok", "😀 ok", "😀!", "😀😀😀😀", "1", "12", "#", "©", "™", "❤", "🇩", "a️", "\u200d", "👍\u200d", "> 😀", "`😀`"];
  for (const text of all) assert.ok(!isOnlyEmoji(text), text);
});

// A search that tries all ways to part such a text would not end before the tests' limit.
test("a hostile text of a possible length is text", () => {
  for (const piece of ["👩‍", "🇩🇪", "🏴󠁧", " ", "1️⃣", "😀 "]) {
    const most = piece.repeat(Math.floor(119 / piece.length));
    for (const end of ["", "x"]) assert.ok(!isOnlyEmoji(most + end), piece);
  }
});

test("a text that is too long is not even read", () => {
  let reads = 0;
  const text = { length: 121, toString: () => String((reads += 1)) };
  assert.ok(!isOnlyEmoji(text));
  assert.equal(reads, 0);
});
