"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/name_hue.js");

test("a name has the same hue for ever: whoever has learned it goes on knowing it", () => {
  assert.deepEqual(["Alice", "Bob", "日本", ""].map(chat.nameHue), [2, 7, 0, 9]);
});

test("names are spread over all twelve hues", () => {
  const counts = Array(12).fill(0);
  for (let number = 0; number < 1200; number += 1) counts[chat.nameHue(`name ${number}`)] += 1;
  assert.ok(Math.min(...counts) > 60 && Math.max(...counts) < 140, String(counts));
});
