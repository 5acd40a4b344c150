import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock, fakeSources, seededRandom } from "../fakes.js";
import { createBackOff } from "../../../static/chat/lib/back_off.js";
import { createEventStream } from "../../../static/chat/stream/event_stream.js";

const SIX = { id: 6, from: "Bob", text: "Hi", date: "2026-03-04T01:30:00.123Z" };

// A page with an open stream. The pauses between attempts have their full length.
function openStream() {
  const sources = fakeSources();
  const clock = fakeClock();
  const [seen, ids, waits] = [[], [], []];
  const stream = createEventStream({
    EventSource: sources.Source,
    url: "/events?channel=room-lobby",
    lastEventId: "room-lobby:5",
    onMessage: (message, eventId) => seen.push(message) && ids.push(eventId),
    onChange: (message, eventId) => seen.push({ changed: message }) && ids.push(eventId),
    onRoom: (news, eventId) => seen.push(news) && ids.push(eventId),
    onReset: (...all) => seen.push(["reset", ...all]),
    onHistory: (mark) => seen.push(`history ${mark}`),
    onOpen: () => seen.push("open"),
    onLost: (retryInMs) => retryInMs !== null && seen.push("lost") && waits.push(retryInMs),
    onError: (why) => seen.push(`error: ${why}`),
    backOff: createBackOff({ random: () => 1 }),
    ...clock,
  });
  stream.open();
  return { stream, sources, clock, seen, ids, waits };
}

test("the stream starts at the page's last event id", () => {
  const { sources } = openStream();
  assert.equal(sources.latest().url, "/events?channel=room-lobby&lastEventId=room-lobby%3A5");
});

test("a message is passed on once", () => {
  const { sources, seen } = openStream();
  sources.latest().tell("message", JSON.stringify(SIX));
  sources.latest().onmessage?.({ data: JSON.stringify(SIX) }); // a browser would call this too
  assert.deepEqual(seen, [SIX]);
});

test("edits and deletions are passed on as changes, each with its event id", () => {
  const { sources, seen, ids } = openStream();
  const [edited, deleted] = [{ ...SIX, edited: "now", change: 7 }, { ...SIX, text: "", deleted: "now", change: 8 }];
  sources.latest().tell("message", JSON.stringify(SIX), "room-lobby:6");
  sources.latest().tell("message-edited", JSON.stringify(edited), "room-lobby:7");
  sources.latest().tell("message-deleted", JSON.stringify(deleted), "room-lobby:8");
  sources.latest().tell("message-edited", JSON.stringify({ ...edited, change: "9" }), "room-lobby:9");
  assert.deepEqual(seen, [SIX, { changed: edited }, { changed: deleted }]);
  assert.deepEqual(ids, ["room-lobby:6", "room-lobby:7", "room-lobby:8"]);
});

test("after a recheck the stream comes back behind it, and shows nothing", () => {
  const { sources, clock, seen } = openStream();
  sources.latest().tell("recheck", "{}", "room-lobby:6");
  sources.latest().onerror();
  clock.pass(60_000);
  assert.match(sources.latest().url, /room-lobby%3A6$/);
  assert.deepEqual(seen.filter((what) => what !== "lost"), []);
});

test("what happens to the room, or to many messages, is passed on as news", () => {
  const { sources, seen, ids } = openStream();
  sources.latest().tell("messages-deleted", '{"ids": [1, 2], "deleted": "now", "change": 7}', "room-lobby:7");
  sources.latest().tell("room-changed", '{"room": "lobby", "locked": true, "slow": 30}', "room-lobby:8");
  assert.deepEqual(seen, [{ ids: [1, 2], deleted: "now", change: 7 }, { locked: true, slow: 30 }]);
  assert.deepEqual(ids, ["room-lobby:7", "room-lobby:8"]);
});

test("a deleted room says up to which message all are gone", () => {
  const { sources, seen, ids } = openStream();
  sources.latest().tell("room-changed", '{"room": "lobby", "cleared": 6}', "room-lobby:6");
  sources.latest().tell("room-changed", '{"room": "lobby", "cleared": "7"}', "room-lobby:7");
  sources.latest().tell("room-changed", '{"room": "lobby"}', "room-lobby:8");
  sources.latest().tell("room-changed", "null", "room-lobby:9");
  assert.deepEqual(seen, [{ cleared: 6 }]);
  assert.deepEqual(ids, ["room-lobby:6"]);
});

test("onLost() says when the next attempt comes", () => {
  const { sources, clock, waits } = openStream();
  sources.latest().onerror();
  clock.pass(1_000);
  sources.latest().onerror();
  assert.deepEqual(waits, [1_000, 2_000]);
});

test("onLost() says when an attempt runs", () => {
  const calls = [];
  const stream = createEventStream({
    EventSource: fakeSources().Source,
    onLost: (retryInMs) => calls.push(retryInMs),
    ...fakeClock(),
  });
  stream.open();
  assert.deepEqual(calls, [null]);
});

test("after a loss the stream resumes from the last event id", () => {
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

test("a stream that breaks before its first message resumes from the id of its stream-open", () => {
  const { sources, clock } = openStream();
  sources.latest().tell("stream-open", "", "room-lobby:9");
  sources.latest().onerror();
  clock.pass(1_000);
  assert.equal(sources.latest().lastEventId, "room-lobby:9");
});

test("events without an id do not change the last event id", () => {
  const { sources, clock } = openStream();
  sources.latest().tell("stream-open");
  sources.latest().tell("keep-alive");
  sources.latest().onerror();
  clock.pass(1_000);
  assert.equal(sources.latest().lastEventId, "room-lobby:5");
});

test("attempts come after longer and longer pauses, one at a time", () => {
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

test("the pauses keep growing if the stream breaks soon after it opens", () => {
  const { sources, clock } = openStream();
  for (const seconds of [1, 2, 4]) {
    sources.latest().tell("stream-open");
    sources.latest().onerror();
    assert.deepEqual(clock.waits(), [seconds * 1_000]);
    clock.pass(seconds * 1_000);
  }
});

test("the pauses start short after a stream that worked for a while", () => {
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

test("the time of an earlier stream does not count for the next one", () => {
  const { sources, clock } = openStream();
  sources.latest().tell("stream-open");
  clock.pass(16_000);
  sources.latest().onerror();
  clock.pass(1_000);
  sources.latest().tell("stream-open");
  sources.latest().onerror();
  assert.deepEqual(clock.waits(), [2_000]);
});

test("the silence of an earlier stream does not count for the next one", () => {
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

test("a stream that does not open in time is closed and tried again", () => {
  const { sources, clock } = openStream();
  clock.pass(14_000);
  assert.equal(sources.latest().closed, false);
  clock.pass(2_000);
  assert.equal(sources.all.length, 2);
});

test("a machine that slept notices a dead stream soon, although its timers slept too", () => {
  const { sources, clock, seen } = openStream();
  clock.sleep(7 * 24 * 3_600_000);
  clock.pass(5_000);
  assert.deepEqual(seen, ["lost"]);
  clock.pass(1_000);
  assert.equal(sources.all.length, 2);
});

test("a dead stream is noticed even if somebody sets the clock back", () => {
  const { sources, clock } = openStream();
  clock.sleep(-3_600_000);
  clock.pass(6_000);
  assert.equal(sources.all.length, 2);
});

test("a woken page keeps a stream that was heard recently", () => {
  const { stream, sources, clock } = openStream();
  sources.latest().tell("stream-open");
  clock.pass(25_000);
  stream.wake();
  assert.equal(sources.all.length, 1);
});

test("a woken page opens a stream at once that missed a keep-alive", () => {
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

test("a woken page starts the next attempt at once", () => {
  const { stream, sources, clock } = openStream();
  sources.latest().onerror();
  stream.wake();
  assert.equal(sources.all.length, 2);
  sources.latest().tell("stream-open");
  clock.pass(20_000);
  assert.equal(sources.all.length, 2);
});

test("close() closes the stream until it is opened again", () => {
  const { stream, sources, clock } = openStream();
  stream.close();
  assert.equal(sources.latest().closed, true);
  clock.pass(600_000);
  assert.equal(sources.all.length, 1);
  stream.open();
  assert.equal(sources.all.length, 2);
});

test("a reset comes with the last event id before it, and the stream resumes from the reset's own id", () => {
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

test("an error without a text ends the stream too", () => {
  for (const data of ["", "null", '{"text": 5}', "{"]) {
    const { sources, seen } = openStream();
    sources.latest().tell("stream-error", data, "error");
    assert.deepEqual(seen, ["error: "]);
  }
});

test("whatever events contain, only messages are passed on, and the stream continues", () => {
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

// Cuts, doubles or changes parts of a message's JSON, or leaves it as it is.
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

// Means the same as isMessage(), written in another way.
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

test("a stream that opens slowly is kept", () => {
  const { sources, clock, seen } = openStream();
  clock.pass(14_000);
  sources.latest().tell("stream-open");
  assert.deepEqual(seen, ["open"]);
  assert.deepEqual([sources.all.length, sources.latest().closed], [1, false]);
});

test("the pauses keep growing if the stream breaks soon after its first message", () => {
  const { sources, clock, waits } = openStream();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    sources.latest().tell("stream-open");
    sources.latest().tell("message", JSON.stringify(SIX));
    sources.latest().onerror();
    clock.pass(waits.at(-1));
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000]);
});

test("the mark of the history is passed on before the opening and before a reset", () => {
  const { sources, seen } = openStream();
  sources.latest().tell("stream-open", '{"history": "one"}', "room-lobby:5");
  sources.latest().tell("stream-reset", '{"channels": ["room-lobby"], "history": "two"}', "room-lobby:90");
  assert.deepEqual(
    seen.map((what) => (Array.isArray(what) ? what[0] : what)),
    ["history one", "open", "history two", "reset"],
  );
});

test("an opening without a mark, as of an older server, passes on none", () => {
  const { sources, seen } = openStream();
  ["{}", "", '{"history": 5}', "null"].forEach((data) => sources.latest().tell("stream-open", data, "room-lobby:5"));
  assert.deepEqual(new Set(seen), new Set(["open"]));
});
