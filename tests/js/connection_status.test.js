"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeClock } = require("./fakes.js");
require("../../static/chat/connection_status.js");

const words = {
  connectionLost: "lost",
  connectionBack: "back",
  offline: "offline",
  reconnecting: (seconds) => `in ${seconds} s`,
  streamStopped: (why) => `stopped: ${why}`,
};

function statusOn(clock) {
  const person = { said: [], offers: [], online: true };
  const status = chat.connectionStatus({
    say: (text) => person.said.push(text),
    offer: (when) => person.offers.push(when),
    isOnline: () => person.online,
    words,
    ...clock,
  });
  return Object.assign(person, status);
}

test("a short loss goes unsaid", () => {
  const clock = fakeClock();
  const { said, offers, lost, back } = statusOn(clock);
  lost();
  clock.pass(2_500);
  lost(2_499);
  clock.pass(2_499);
  back();
  clock.pass(60_000);
  assert.deepEqual([said, offers], [[], []]);
});

test("a longer loss is said once, its end too, and then nothing more", () => {
  const clock = fakeClock();
  const { said, lost, back } = statusOn(clock);
  lost();
  clock.pass(2_500);
  lost(2_000);
  clock.pass(2_500);
  assert.deepEqual(said, ["lost"]);
  lost();
  lost(9_000);
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

test("the seconds until the next attempt are counted down, and the sentence is not said again for that", () => {
  const clock = fakeClock();
  const { said, offers, lost, back } = statusOn(clock);
  lost(8_200);
  clock.pass(5_000);
  assert.deepEqual(offers, ["in 4 s"]);
  clock.pass(60_000);
  assert.deepEqual(offers, ["in 4 s", "in 3 s", "in 2 s", "in 1 s", "in 0 s"]);
  lost();
  lost(2_000);
  clock.pass(1_000);
  assert.deepEqual(offers.slice(5), ["in 0 s", "in 2 s", "in 1 s"]);
  back();
  clock.pass(60_000);
  assert.deepEqual(offers.slice(8), [null]);
  assert.deepEqual(said, ["lost", "back", ""]);
});

test("a device without a network is said to be offline, for as long as it is", () => {
  const clock = fakeClock();
  const person = statusOn(clock);
  person.online = false;
  person.lost();
  clock.pass(5_000);
  assert.deepEqual(person.said, ["offline"]);
  person.online = true;
  person.networkChanged();
  assert.deepEqual(person.said, ["offline", "lost"]);
  person.online = false;
  person.networkChanged();
  assert.deepEqual(person.said, ["offline", "lost", "offline"]);
});

test("a network that comes and goes while the stream is open is no news", () => {
  const clock = fakeClock();
  const person = statusOn(clock);
  person.online = false;
  person.networkChanged();
  clock.pass(60_000);
  assert.deepEqual(person.said, []);
});

test("an end for good stays, also when the connection was lost before", () => {
  const clock = fakeClock();
  const { said, offers, lost, stopped, networkChanged } = statusOn(clock);
  lost(30_000);
  stopped("forbidden");
  networkChanged();
  lost();
  clock.pass(60_000);
  assert.deepEqual(said, ["stopped: forbidden"]);
  assert.deepEqual(offers, [null]);
});

test("a stream that was opened anew after its end is back", () => {
  const clock = fakeClock();
  const { said, back, stopped } = statusOn(clock);
  stopped("forbidden");
  back();
  assert.deepEqual(said, ["stopped: forbidden", "back"]);
});
