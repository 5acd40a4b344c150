import { test } from "node:test";
import assert from "node:assert/strict";
import { nameHue } from "../../../static/chat/room/name_hue.js";

test("a name always has the same hue", () => {
  assert.deepEqual(["Alice", "Bob", "日本", ""].map(nameHue), [2, 7, 0, 9]);
});

test("names use all twelve hues", () => {
  const counts = Array(12).fill(0);
  for (let number = 0; number < 1200; number += 1) counts[nameHue(`name ${number}`)] += 1;
  assert.ok(Math.min(...counts) > 60 && Math.max(...counts) < 140, String(counts));
});
