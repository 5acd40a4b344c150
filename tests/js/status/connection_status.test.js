import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock } from "../fakes.js";
import { strings } from "../../../static/chat/lib/strings.js";
import { createConnectionStatus } from "../../../static/chat/status/connection_status.js";

// Short names for the sentences.
const NAMES = new Map([
  [strings.connectionLost, "lost"],
  [strings.connectionBack, "back"],
  [strings.offline, "offline"],
  [strings.streamStopped("forbidden"), "stopped: forbidden"],
  ...[0, 1, 2, 3, 4].map((seconds) => [strings.reconnecting(seconds), `in ${seconds} s`]),
]);
const nameOf = (text) => NAMES.get(text) ?? text;

function statusOn(clock) {
  const person = { said: [], offers: [], online: true };
  const status = createConnectionStatus({
    say(text, kind) {
      person.said.push(nameOf(text));
      person.kind = kind;
    },
    offer: (when) => person.offers.push(nameOf(when)),
    isOnline: () => person.online,
    ...clock,
  });
  return Object.assign(person, status);
}

test("a short loss is not mentioned", () => {
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

test("a longer loss is mentioned once, and so is its end", () => {
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

test("a loss right after the return stays on the screen", () => {
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

test("a short loss after a long one is not mentioned", () => {
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

test("the seconds until the next attempt count down, and the sentence is not repeated", () => {
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

test("the sentence says that the device is offline as long as it is", () => {
  const clock = fakeClock();
  const person = statusOn(clock);
  person.online = false;
  person.lost(null);
  clock.pass(5_000);
  assert.deepEqual(person.said, ["offline"]);
  person.online = true;
  person.networkChanged();
  assert.deepEqual(person.said, ["offline", "lost"]);
  person.online = false;
  person.networkChanged();
  assert.deepEqual(person.said, ["offline", "lost", "offline"]);
});

test("while the stream is open, changes of the network are not mentioned", () => {
  const clock = fakeClock();
  const person = statusOn(clock);
  person.online = false;
  person.networkChanged();
  clock.pass(60_000);
  assert.deepEqual(person.said, []);
});

test("the end of a refused stream stays on the screen, even if the connection was lost before", () => {
  const clock = fakeClock();
  const { said, offers, lost, stopped, networkChanged } = statusOn(clock);
  lost(30_000);
  stopped(strings.streamStopped("forbidden"));
  networkChanged();
  lost();
  clock.pass(60_000);
  assert.deepEqual(said, ["stopped: forbidden"]);
  assert.deepEqual(offers, [null]);
});

test("a refused stream that opens after all is back", () => {
  const clock = fakeClock();
  const { said, back, stopped } = statusOn(clock);
  stopped(strings.streamStopped("forbidden"));
  back();
  assert.deepEqual(said, ["stopped: forbidden", "back"]);
});

test("each sentence has its kind, and an empty one has none", () => {
  const clock = fakeClock();
  const person = statusOn(clock);
  person.lost();
  clock.pass(5_000);
  assert.equal(person.kind, "lost");
  person.back();
  assert.equal(person.kind, "back");
  clock.pass(4_000);
  assert.equal(person.kind, undefined);
  person.stopped(strings.streamStopped("forbidden"));
  assert.equal(person.kind, "refused");
});

test("a stream that stopped without a sentence says nothing, also about an earlier loss", () => {
  const clock = fakeClock();
  const { said, offers, lost, stopped, networkChanged } = statusOn(clock);
  lost(30_000);
  clock.pass(5_000);
  stopped("");
  networkChanged();
  lost(1_000);
  clock.pass(60_000);
  assert.deepEqual([said.at(-1), offers.at(-1)], ["", null]);
});
