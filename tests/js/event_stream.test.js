"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeClock, fakeSources } = require("./fakes.js");
require("../../static/chat/event_stream.js");

function openStream() {
  const sources = fakeSources();
  const clock = fakeClock();
  const seen = [];
  const stream = chat.eventStream({
    ReconnectingEventSource: sources.Source,
    url: "/events",
    lastEventId: "room-lobby:5",
    onMessage: (message) => seen.push(message),
    onReset: () => seen.push("reset"),
    onOpen: () => seen.push("open"),
    onLost: () => seen.push("lost"),
    onError: (why) => seen.push(`error: ${why}`),
    random: () => 0.5,
    ...clock,
  });
  stream.open();
  return { stream, sources, clock, seen };
}

test("the stream begins at the page's last event id", () => {
  const { sources } = openStream();
  assert.equal(sources.latest().url, "/events");
  assert.equal(sources.latest().lastEventId, "room-lobby:5");
});

test("a message is handed on once", () => {
  const { sources, seen } = openStream();
  sources.latest().tell("message", '{"id": 6}');
  sources.latest().onmessage?.({ data: '{"id": 6}' }); // the wrapped class calls this too
  assert.deepEqual(seen, [{ id: 6 }]);
});

test("a loss is told, and the stream goes on from the last id seen", () => {
  const { sources, clock, seen } = openStream();
  sources.latest().tell("stream-open");
  sources.latest().tell("message", '{"id": 6}', "room-lobby:6");
  sources.latest().onerror();
  assert.equal(sources.latest().closed, true);
  clock.pass(3_000);
  assert.equal(sources.all.length, 2);
  assert.equal(sources.latest().lastEventId, "room-lobby:6");
  assert.deepEqual(seen, ["open", { id: 6 }, "lost"]);
});

test("events without an id do not move the place to go on from", () => {
  const { sources, clock } = openStream();
  sources.latest().tell("stream-open");
  sources.latest().tell("keep-alive");
  sources.latest().onerror();
  clock.pass(3_000);
  assert.equal(sources.latest().lastEventId, "room-lobby:5");
});

test("readers come back spread over three seconds", () => {
  const { sources, clock } = openStream();
  sources.latest().onerror();
  clock.pass(1_499);
  assert.equal(sources.all.length, 1);
  clock.pass(1);
  assert.equal(sources.all.length, 2);
});

test("a silent stream is lost after two missed keep-alives", () => {
  const { sources, clock, seen } = openStream();
  clock.pass(44_000);
  sources.latest().tell("keep-alive");
  clock.pass(44_000);
  assert.deepEqual(seen, []);
  clock.pass(1_000);
  assert.deepEqual(seen, ["lost"]);
  clock.pass(3_000);
  assert.equal(sources.all.length, 2);
});

test("a stream that never opens is given up and tried anew", () => {
  const { sources, clock, seen } = openStream();
  clock.pass(48_000);
  assert.deepEqual(seen, ["lost"]);
  assert.equal(sources.all.length, 2);
});

test("a reset is told, and its id is where the stream goes on from", () => {
  const { sources, clock, seen } = openStream();
  sources.latest().tell("stream-reset", '{"channels": ["room-lobby"]}', "room-lobby:90");
  sources.latest().onerror();
  clock.pass(3_000);
  assert.deepEqual(seen, ["reset", "lost"]);
  assert.equal(sources.latest().lastEventId, "room-lobby:90");
});

test("an error ends the stream for good and says why", () => {
  const { sources, clock, seen } = openStream();
  sources.latest().tell("stream-error", '{"condition": "forbidden", "text": "Not for you"}', "error");
  assert.equal(sources.latest().closed, true);
  clock.pass(600_000);
  assert.equal(sources.all.length, 1);
  assert.deepEqual(seen, ["error: Not for you"]);
});

test("opening again leaves one source open", () => {
  const { stream, sources, clock } = openStream();
  stream.open();
  clock.pass(40_000);
  assert.deepEqual(
    sources.all.map((source) => source.closed),
    [true, false],
  );
});
