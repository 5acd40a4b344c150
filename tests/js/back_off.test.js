"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { seededRandom } = require("./fakes.js");
require("../../static/chat/back_off.js");

const CAPS_S = [1, 2, 4, 8, 16, 30, 30, 30];

test("the cap of a wait doubles up to thirty seconds", () => {
  const { next } = chat.backOff({ random: () => 1 });
  assert.deepEqual(
    CAPS_S.map(() => next()),
    CAPS_S.map((seconds) => seconds * 1_000),
  );
});

test("after a reset the waits begin at the shortest again", () => {
  const { next, reset } = chat.backOff({ random: () => 1 });
  next();
  next();
  reset();
  assert.equal(next(), 1_000);
});

test("ten thousand pages whose server is away for half a minute come back spread out, and ever more so", () => {
  const PAGES = 10_000;
  const AWAY_S = 32;
  const random = seededRandom(1);
  const attempts = new Array(AWAY_S + 30).fill(0); // in each second
  for (let page = 0; page < PAGES; page += 1) {
    const backOff = chat.backOff({ random });
    let atMs = 0;
    for (let attempt = 0; atMs < AWAY_S * 1_000; attempt += 1) {
      const wait = backOff.next();
      assert.ok(wait >= 0 && wait < 1_000 * (CAPS_S[attempt] ?? 30));
      atMs += wait;
      attempts[Math.floor(atMs / 1_000)] += 1;
    }
  }
  const [first, ...later] = attempts;
  assert.ok(later.every((count) => count < 0.6 * first));
  const meanOf = (from, to) => attempts.slice(from, to).reduce((sum, count) => sum + count) / (to - from);
  const means = [[0, 1], [1, 2], [2, 4], [4, 8], [8, 16], [16, 32]].map(([from, to]) => meanOf(from, to));
  means.slice(1).forEach((mean, span) => assert.ok(mean < 0.85 * means[span], `${means}`));
  assert.ok(Math.max(...attempts.slice(AWAY_S)) < PAGES / 12, `once it is back: ${attempts.slice(AWAY_S)}`);
});
