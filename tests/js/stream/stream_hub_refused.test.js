import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock, settled } from "../fakes.js";
import { createStreamHub } from "../../../static/chat/stream/stream_hub.js";

// A hub, its streams, and a server. `statuses` are the server's answers to the questions for lists, by room.
function newHub(statuses = {}) {
  const clock = fakeClock();
  const [all, asked] = [[], []];
  const hub = createStreamHub({
    async fetch(list) {
      asked.push(list);
      if (statuses[list] === null) throw new TypeError("Failed to fetch");
      return { status: statuses[list] ?? 200 };
    },
    newStream(options) {
      const stream = { ...options, isOpen: false };
      stream.open = () => (stream.isOpen = true);
      stream.close = () => (stream.isOpen = false);
      stream.wake = () => {};
      all.push(stream);
      return stream;
    },
    ...clock,
  });
  function tab(room, position, list = room) {
    const heard = [];
    const tell = (notice) => {
      heard.push(notice);
      if (notice.type === "refused") hub.receive(tell, { type: "leave" }); // as shared_stream.js does
    };
    const channel = `room-${room}`;
    const say = (type) =>
      hub.receive(tell, { type, path: "/events/", list, channel, eventId: `room-${room}:${position}` });
    say("here");
    return {
      say,
      heard,
      refusals: () => heard.filter(({ type }) => type === "refused").map(({ status }) => status),
      messages: () => heard.filter(({ message }) => message).map(({ message, eventId }) => [message, eventId]),
      resets: () => heard.filter(({ type }) => type === "reset"),
    };
  }
  const open = () => all.filter(({ isOpen }) => isOpen);
  const streams = () => open().map(({ url, lastEventId }) => `${url.replace("/events/?", "")} ${lastEventId}`);
  async function fail() {
    open().at(-1).onUnopened();
    await settled();
  }
  return { tab, clock, asked, statuses, streams, latest: () => all.at(-1), fail };
}

test("the hub stops the refused rooms of a stream, and opens one stream with the others, from their last events", async () => {
  const { tab, asked, streams, latest, fail } = newHub({ b: 403, d: 401 });
  const [a, b, other, c, d] = [tab("a", 5), tab("b", 7), tab("b", 7), tab("c", 1), tab("d", 2)];
  latest().onMessage("six", "room-a:6,room-b:7,room-c:1,room-d:2");
  await fail();
  assert.deepEqual(asked, ["a", "b", "c", "d"]);
  assert.deepEqual([a, b, other, c, d].map(({ refusals }) => refusals()), [[], [403], [403], [], [401]]);
  assert.deepEqual(streams(), ["channel=room-a&channel=room-c room-a:6,room-c:1"]);
  latest().onMessage("seven", "room-a:7,room-c:1");
  latest().onMessage("two", "room-a:7,room-c:2");
  assert.deepEqual(a.messages(), [["six", "room-a:6"], ["seven", "room-a:7"]]);
  assert.deepEqual(c.messages(), [["two", "room-c:2"]]);
  assert.deepEqual([...a.resets(), ...c.resets()], []);
});

test("a stream of one refused room is closed, and no other is opened", async () => {
  const { tab, streams, clock, fail } = newHub({ a: 403 });
  const a = tab("a", 5);
  await fail();
  assert.deepEqual([a.refusals(), streams()], [[403], []]);
  clock.pass(600_000);
  assert.deepEqual(streams(), []);
});

test("a hub that can't ask, or whose rooms can all be read, goes on with the same stream", async () => {
  for (const status of [200, null, 429, 503]) {
    const { tab, streams, latest, fail } = newHub({ a: status });
    const a = tab("a", 5);
    tab("b", 7);
    const before = latest();
    await fail();
    assert.deepEqual(a.refusals(), []);
    assert.deepEqual(streams(), ["channel=room-a&channel=room-b room-a:5,room-b:7"]);
    assert.equal(latest(), before);
  }
});

test("the hub asks nothing for rooms that everybody may read, and nothing while streams open", async () => {
  const { tab, asked, fail, latest } = newHub({ null: 403 });
  const a = tab("a", 5, null);
  tab("b", 7, null);
  latest().onOpen();
  await fail();
  assert.deepEqual([asked, a.refusals()], [[], []]);
});

test("a refused room is tried again when a tab joins it", async () => {
  const { tab, statuses, streams, fail } = newHub({ b: 403 });
  tab("a", 5);
  tab("b", 7);
  await fail();
  statuses.b = 200;
  tab("b", 9);
  assert.deepEqual(streams(), ["channel=room-a&channel=room-b room-a:5,room-b:9"]);
});

test("tabs that leave while the hub asks are not missed", async () => {
  const { tab, clock, latest, streams } = newHub({ a: 403, b: 403 });
  const [a, b] = [tab("a", 5), tab("b", 7)];
  latest().onUnopened();
  a.say("leave");
  clock.pass(10_000);
  await settled();
  assert.deepEqual([a.refusals(), b.refusals(), streams()], [[], [403], []]);
});
