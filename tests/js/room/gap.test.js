import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock } from "../fakes.js";
import { createGap } from "../../../static/chat/room/gap.js";

function pageOf({ isFilled = () => true } = {}) {
  const clock = fakeClock();
  const page = { ends: 0 };
  return Object.assign(page, clock, createGap({ isFilled, onEnd: () => (page.ends += 1), ...clock }));
}

test("messages that come while a page loads are not late", () => {
  const page = pageOf();
  page.begin();
  page.pass(2_000);
  page.close();
  assert.equal(page.isLate(), false);
  page.pass(9_000);
  assert.equal(page.ends, 0);
});

test("messages are late until the stream has been open for two seconds", () => {
  const page = pageOf();
  page.pass(10_000);
  page.begin();
  page.pass(60_000);
  assert.equal(page.isLate(), true);
  page.close();
  page.pass(1_999);
  assert.deepEqual([page.isLate(), page.ends], [true, 0]);
  page.pass(1);
  assert.deepEqual([page.isLate(), page.ends], [false, 1]);
  assert.deepEqual(page.waits(), []);
});

test("a page whose first stream opens after a long time has had a gap", () => {
  const page = pageOf();
  page.begin();
  page.pass(10_000);
  page.begin(); // the next attempt
  assert.equal(page.isLate(), true);
});

test("a stream that is lost again has not filled the gap", () => {
  const page = pageOf();
  page.pass(10_000);
  page.begin();
  page.close();
  page.pass(1_000);
  page.begin();
  page.pass(10_000);
  assert.equal(page.isLate(), true);
});

test("messages are late until all that was missed has been fetched", () => {
  let filled = false;
  const page = pageOf({ isFilled: () => filled });
  page.pass(10_000);
  page.begin();
  page.close();
  page.pass(20_000);
  assert.equal(page.isLate(), true);
  filled = true;
  page.pass(2_000);
  assert.deepEqual([page.isLate(), page.ends], [false, 1]);
});
