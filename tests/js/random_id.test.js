"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/random_id.js");

test("an id is 128 bits in hexadecimal, with leading zeros", () => {
  const crypto = { getRandomValues: (bytes) => bytes.fill(10) };
  assert.equal(chat.randomId(crypto), "0a".repeat(16));
});

test("no two are the same", () => {
  const ids = new Set(Array.from({ length: 1_000 }, () => chat.randomId()));
  assert.equal(ids.size, 1_000);
});
