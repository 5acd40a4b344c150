"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeClock } = require("./fakes.js");
require("../../static/chat/connection_status.js");

const words = { connectionLost: "lost", connectionBack: "back", streamStopped: (why) => `stopped: ${why}` };

function statusOn(clock) {
  const said = [];
  return { said, ...chat.connectionStatus({ say: (text) => said.push(text), words, ...clock }) };
}

test("a short loss goes unsaid", () => {
  const clock = fakeClock();
  const { said, lost, back } = statusOn(clock);
  lost();
  clock.pass(4_999);
  back();
  clock.pass(60_000);
  assert.deepEqual(said, []);
});

test("a longer loss is said once, its end too, and then nothing more", () => {
  const clock = fakeClock();
  const { said, lost, back } = statusOn(clock);
  lost();
  clock.pass(2_500);
  lost();
  clock.pass(2_500);
  assert.deepEqual(said, ["lost"]);
  lost();
  clock.pass(60_000);
  assert.deepEqual(said, ["lost"]);
  back();
  back();
  clock.pass(60_000);
  assert.deepEqual(said, ["lost", "back", ""]);
});

test("a loss right after the return is not wiped away", () => {
  const clock = fakeClock();
  const { said, lost, back } = statusOn(clock);
  lost();
  clock.pass(5_000);
  back();
  clock.pass(1_000);
  lost();
  clock.pass(60_000);
  assert.deepEqual(said, ["lost", "back", "lost"]);
});

test("a short loss after a long one goes unsaid", () => {
  const clock = fakeClock();
  const { said, lost, back } = statusOn(clock);
  lost();
  clock.pass(5_000);
  back();
  clock.pass(60_000);
  lost();
  back();
  clock.pass(60_000);
  assert.deepEqual(said, ["lost", "back", ""]);
});

test("an end for good stays, also when the connection was lost before", () => {
  const clock = fakeClock();
  const { said, lost, stopped } = statusOn(clock);
  lost();
  stopped("forbidden");
  clock.pass(60_000);
  assert.deepEqual(said, ["stopped: forbidden"]);
});

test("a stream that was opened anew after its end is back", () => {
  const clock = fakeClock();
  const { said, back, stopped } = statusOn(clock);
  stopped("forbidden");
  back();
  assert.deepEqual(said, ["stopped: forbidden", "back"]);
});
