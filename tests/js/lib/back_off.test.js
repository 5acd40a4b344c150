import { test } from "node:test";
import assert from "node:assert/strict";
import { seededRandom } from "../fakes.js";
import { createBackOff } from "../../../static/chat/lib/back_off.js";

const CAPS_S = [1, 2, 4, 8, 16, 30, 30, 30];

test("the limit of the pause doubles, up to thirty seconds", () => {
  const { next } = createBackOff({ random: () => 1 });
  assert.deepEqual(
    CAPS_S.map(() => next()),
    CAPS_S.map((seconds) => seconds * 1_000),
  );
});

test("after reset() the pauses start short again", () => {
  const { next, reset } = createBackOff({ random: () => 1 });
  next();
  next();
  reset();
  assert.equal(next(), 1_000);
});

test("ten thousand pages that lose their server for half a minute come back at different times", () => {
  const PAGES = 10_000;
  const AWAY_S = 32;
  const random = seededRandom(1);
  const attempts = new Array(AWAY_S + 30).fill(0); // for each second
  for (let page = 0; page < PAGES; page += 1) {
    const backOff = createBackOff({ random });
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
