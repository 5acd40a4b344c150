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

test("a hostile text takes no time", () => {
  for (const piece of ["👩‍", "🇩🇪", "🏴󠁧", " ", "1️⃣", "😀 "]) {
    const begun = performance.now();
    for (const end of ["", "x"]) assert.ok(!isOnlyEmoji(piece.repeat(100_000) + end));
    assert.ok(performance.now() - begun < 1_000, piece);
  }
});
