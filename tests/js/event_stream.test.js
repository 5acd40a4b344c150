"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeClock, fakeSources, seededRandom } = require("./fakes.js");
require("../../static/chat/back_off.js");
require("../../static/chat/event_stream.js");
require("../../static/chat/wire_message.js");

const SIX = { id: 6, from: "Bob", text: "Hi", date: "2026-03-04T01:30:00.123Z" };

// A page's stream, opened. Waits between attempts are as long as they may be.
function openStream() {
  const sources = fakeSources();
  const clock = fakeClock();
  const [seen, ids, waits] = [[], [], []];
  const stream = chat.eventStream({
    EventSource: sources.Source,
    url: "/events?channel=room-lobby",
    lastEventId: "room-lobby:5",
    isMessage: chat.isMessage,
    readJson: chat.readJson,
    onMessage: (message, eventId) => seen.push(message) && ids.push(eventId),
    onChange: (message, eventId) => seen.push({ changed: message }) && ids.push(eventId),
    onReset: (...all) => seen.push(["reset", ...all]),
    onOpen: () => seen.push("open"),
    onLost: (retryInMs) => retryInMs !== null && seen.push("lost") && waits.push(retryInMs),
    onError: (why) => seen.push(`error: ${why}`),
    backOff: chat.backOff({ random: () => 1 }),
    ...clock,
  });
  stream.open();
  return { stream, sources, clock, seen, ids, waits };
}

test("the stream begins at the page's last event id", () => {
  const { sources } = openStream();
  assert.equal(sources.latest().url, "/events?channel=room-lobby&lastEventId=room-lobby%3A5");
});

test("a message is handed on once", () => {
  const { sources, seen } = openStream();
  sources.latest().tell("message", JSON.stringify(SIX));
  sources.latest().onmessage?.({ data: JSON.stringify(SIX) }); // a browser would call this too
  assert.deepEqual(seen, [SIX]);
});

test("edits and deletions are handed on as changes, each with the id of its event", () => {
  const { sources, seen, ids } = openStream();
  const [edited, deleted] = [{ ...SIX, edited: "now", change: 7 }, { ...SIX, text: "", deleted: "now", change: 8 }];
  sources.latest().tell("message", JSON.stringify(SIX), "room-lobby:6");
  sources.latest().tell("message-edited", JSON.stringify(edited), "room-lobby:7");
  sources.latest().tell("message-deleted", JSON.stringify(deleted), "room-lobby:8");
  sources.latest().tell("message-edited", JSON.stringify({ ...edited, change: "9" }), "room-lobby:9");
  assert.deepEqual(seen, [SIX, { changed: edited }, { changed: deleted }]);
  assert.deepEqual(ids, ["room-lobby:6", "room-lobby:7", "room-lobby:8"]);
});

test("a loss says when the next attempt comes", () => {
  const { sources, clock, waits } = openStream();
  sources.latest().onerror();
  clock.pass(1_000);
  sources.latest().onerror();
  assert.deepEqual(waits, [1_000, 2_000]);
});

test("an attempt is told when it is made", () => {
  const told = [];
  const stream = chat.eventStream({
    EventSource: fakeSources().Source,
    onLost: (retryInMs) => told.push(retryInMs),
    ...fakeClock(),
  });
  stream.open();
  assert.deepEqual(told, [null]);
});

test("a loss is told, and the stream goes on from the last id seen", () => {
  const { sources, clock, seen } = openStream();
  sources.latest().tell("stream-open");
  sources.latest().tell("message", JSON.stringify(SIX), "room-lobby:6");
  sources.latest().onerror();
  assert.equal(sources.latest().closed, true);
  assert.deepEqual(seen, ["open", SIX, "lost"]);
  clock.pass(1_000);
  assert.equal(sources.all.length, 2);
  assert.equal(sources.latest().lastEventId, "room-lobby:6");
});

test("a stream that is cut before its first message goes on from the id it opened with", () => {
  const { sources, clock } = openStream();
  sources.latest().tell("stream-open", "", "room-lobby:9");
  sources.latest().onerror();
  clock.pass(1_000);
  assert.equal(sources.latest().lastEventId, "room-lobby:9");
});

test("events without an id do not move the place to go on from", () => {
  const { sources, clock } = openStream();
  sources.latest().tell("stream-open");
  sources.latest().tell("keep-alive");
  sources.latest().onerror();
  clock.pass(1_000);
  assert.equal(sources.latest().lastEventId, "room-lobby:5");
});

test("attempts come ever later, one at a time", () => {
  const { sources, clock } = openStream();
  for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
    const before = sources.all.length;
    sources.latest().onerror();
    clock.pass(seconds * 1_000 - 1);
    assert.equal(sources.all.length, before);
    clock.pass(1);
    assert.equal(sources.all.length, before + 1);
  }
});

test("a stream that opens and falls again is not healthy: the waits go on growing", () => {
  const { sources, clock } = openStream();
  for (const seconds of [1, 2, 4]) {
    sources.latest().tell("stream-open");
    sources.latest().onerror();
    assert.deepEqual(clock.waits(), [seconds * 1_000]);
    clock.pass(seconds * 1_000);
  }
});

test("a stream that has been healthy for a while comes back soon", () => {
  const { sources, clock } = openStream();
  for (const seconds of [1, 2, 4]) {
    sources.latest().onerror();
    clock.pass(seconds * 1_000);
  }
  sources.latest().tell("stream-open");
  clock.pass(20_000);
  sources.latest().tell("keep-alive");
  sources.latest().onerror();
  assert.deepEqual(clock.waits(), [1_000]);
});

test("the time that a stream was open does not count for the next one", () => {
  const { sources, clock } = openStream();
  sources.latest().tell("stream-open");
  clock.pass(16_000);
  sources.latest().onerror();
  clock.pass(1_000);
  sources.latest().tell("stream-open");
  sources.latest().onerror();
  assert.deepEqual(clock.waits(), [2_000]);
});

test("the silence of a stream does not count against the next one", () => {
  const { sources, clock } = openStream();
  sources.latest().tell("stream-open");
  clock.pass(51_000);
  sources.latest().tell("stream-open");
  clock.pass(45_000);
  assert.equal(sources.all.length, 2);
  assert.equal(sources.latest().closed, false);
});

test("a silent stream is lost after two missed keep-alives", () => {
  const { sources, clock, seen } = openStream();
  sources.latest().tell("stream-open");
  clock.pass(40_000);
  sources.latest().tell("keep-alive");
  clock.pass(45_000);
  assert.deepEqual(seen, ["open"]);
  clock.pass(5_000);
  assert.deepEqual(seen, ["open", "lost"]);
  assert.equal(sources.latest().closed, true);
  clock.pass(1_000);
  assert.equal(sources.all.length, 2);
});

test("a stream that does not open soon is given up and tried anew", () => {
  const { sources, clock } = openStream();
  clock.pass(14_000);
  assert.equal(sources.latest().closed, false);
  clock.pass(2_000);
  assert.equal(sources.all.length, 2);
});

test("a machine that has slept finds out soon, though its timers slept as well", () => {
  const { sources, clock, seen } = openStream();
  clock.sleep(7 * 24 * 3_600_000);
  clock.pass(5_000);
  assert.deepEqual(seen, ["lost"]);
  clock.pass(1_000);
  assert.equal(sources.all.length, 2);
});

test("a clock that is put back is no reason to wait", () => {
  const { sources, clock } = openStream();
  clock.sleep(-3_600_000);
  clock.pass(6_000);
  assert.equal(sources.all.length, 2);
});

test("a woken page whose stream was heard lately leaves it alone", () => {
  const { stream, sources, clock } = openStream();
  sources.latest().tell("stream-open");
  clock.pass(25_000);
  stream.wake();
  assert.equal(sources.all.length, 1);
});

test("a woken page whose stream has missed a keep-alive opens it at once", () => {
  const { stream, sources, clock, seen } = openStream();
  sources.latest().tell("stream-open");
  clock.pass(25_001);
  stream.wake();
  assert.deepEqual(
    sources.all.map((source) => source.closed),
    [true, false],
  );
  assert.deepEqual(seen, ["open"]);
});

test("a woken page does not wait for the next attempt's turn", () => {
  const { stream, sources, clock } = openStream();
  sources.latest().onerror();
  stream.wake();
  assert.equal(sources.all.length, 2);
  sources.latest().tell("stream-open");
  clock.pass(20_000);
  assert.equal(sources.all.length, 2);
});

test("a page that is put away lets go of its stream until it is opened again", () => {
  const { stream, sources, clock } = openStream();
  stream.close();
  assert.equal(sources.latest().closed, true);
  clock.pass(600_000);
  assert.equal(sources.all.length, 1);
  stream.open();
  assert.equal(sources.all.length, 2);
});

test("a reset is told with the last id before it, and its own is where the stream goes on from", () => {
  const { sources, clock, seen } = openStream();
  sources.latest().tell("message", JSON.stringify(SIX), "room-lobby:6");
  sources.latest().tell("stream-reset", '{"channels": ["room-lobby"]}', "room-lobby:90");
  sources.latest().onerror();
  clock.pass(1_000);
  assert.deepEqual(seen[1], ["reset", "room-lobby:6", "room-lobby:90", { channels: ["room-lobby"] }]);
  assert.equal(sources.latest().lastEventId, "room-lobby:90");
});

test("an error ends the stream for good and says why", () => {
  const { stream, sources, clock, seen } = openStream();
  sources.latest().tell("stream-error", '{"condition": "forbidden", "text": "Not for you"}', "error");
  assert.equal(sources.latest().closed, true);
  clock.pass(600_000);
  stream.wake();
  stream.open();
  assert.equal(sources.all.length, 1);
  assert.deepEqual(seen, ["error: Not for you"]);
});

test("an error that says nothing ends it too", () => {
  for (const data of ["", "null", '{"text": 5}', "{"]) {
    const { sources, seen } = openStream();
    sources.latest().tell("stream-error", data, "error");
    assert.deepEqual(seen, ["error: "]);
  }
});

test("whatever events hold, only whole messages come through and the stream goes on", () => {
  const random = seededRandom(7);
  const { sources, seen, clock } = openStream();
  const source = sources.latest();
  let whole = 0;
  for (let n = 0; n < 5_000; n += 1) {
    const data = broken(JSON.stringify({ ...SIX, id: n }), random);
    if (isWhole(data)) whole += 1;
    source.tell("message", data, `room-lobby:${n}`);
    source.tell("stream-open", data);
    source.tell("keep-alive", data);
  }
  const messages = seen.filter((what) => typeof what === "object");
  assert.equal(messages.length, whole);
  assert.ok(whole > 100 && whole < 4_900);
  assert.ok(messages.every(({ id, from, text, date }) => id >= 0 && typeof (from + text + date) === "string"));
  assert.equal(source.closed, false);
  source.onerror();
  clock.pass(1_000);
  assert.equal(sources.latest().lastEventId, "room-lobby:4999");
});

// Cuts, doubles and changes parts of a message's JSON, or leaves it whole.
function broken(json, random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const value = () => pick(["null", "-1", "1.5", '"x"', "[]", "{}", "true", "1e400", "9".repeat(20), '"\\ud800"']);
  const name = pick(["id", "from", "text", "date"]);
  return pick([
    () => json,
    () => json.slice(0, Math.floor(random() * json.length)),
    () => json.replace(new RegExp(`"${name}":("[^"]*"|\\d+)`), `"${name}":${value()}`),
    () => json.replace(`"${name}"`, '"other"'),
    () => value(),
    () => `[${json}]`,
    () => json + json,
    () => Array.from({ length: 20 }, () => String.fromCharCode(random() * 65_536)).join(""),
  ])();
}

// Says the same as isMessage, in another way.
function isWhole(data) {
  try {
    const { id, from, text, date } = JSON.parse(data);
    return Number.isSafeInteger(id) && id >= 0 && [from, text, date].join("|") === `${from}|${text}|${date}`
      ? [from, text, date].every((part) => part?.constructor === String)
      : false;
  } catch {
    return false;
  }
}
