import { test } from "node:test";
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { randomId } from "../../../static/chat/lib/random_id.js";

test("an id is 128 bits in hexadecimal, with leading zeros", () => {
  const crypto = { getRandomValues: (bytes) => bytes.fill(10) };
  assert.equal(randomId(crypto), "0a".repeat(16));
});

test("no two ids are the same", () => {
  const ids = new Set(Array.from({ length: 1_000 }, () => randomId(webcrypto)));
  assert.equal(ids.size, 1_000);
});
