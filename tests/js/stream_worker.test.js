import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock, fakeSources, settled } from "./fakes.js";

const clock = fakeClock();
const sources = fakeSources();
Object.assign(globalThis, {
  EventSource: sources.Source,
  setTimeout: clock.setTimeout,
  clearTimeout: clock.clearTimeout,
  fetch: async (list) => ({ status: list === "/rooms/attic/messages/" ? 403 : 200 }),
});
await import("../../static/chat/stream_worker.js");

// A tab that connects to the worker and joins a room.
function tab(room) {
  const heard = [];
  const port = { postMessage: (notice) => heard.push(notice) };
  globalThis.onconnect({ ports: [port] });
  const list = `/rooms/${room}/messages/`;
  port.onmessage({ data: { type: "here", path: "/events/", list, channel: `room-${room}`, eventId: `room-${room}:4` } });
  return { heard, types: () => heard.map(({ type }) => type) };
}

test("the worker opens one stream for the tabs of a room, and each tab hears its messages", () => {
  const [one, two] = [tab("den"), tab("den")];
  assert.equal(sources.all.filter(({ closed }) => !closed).length, 1);
  const stream = sources.latest();
  assert.equal(stream.lastEventId, "room-den:4");
  assert.ok(one.types().includes("joined"));

  stream.tell("stream-open", "{}");
  assert.deepEqual([one, two].map(({ heard }) => heard.at(-1).type), ["open", "open"]);

  const message = { id: 5, from: "ann", text: "hi", date: "2026-03-04T05:06:07Z" };
  stream.tell("message", JSON.stringify(message), "room-den:5");
  for (const { heard } of [one, two]) {
    assert.deepEqual(heard.at(-1), { type: "message", message, eventId: "room-den:5" });
  }
});

test("a stream that is lost comes back, from the last event on", () => {
  const { heard } = tab("den");
  const before = sources.latest();
  before.onerror();
  assert.equal(heard.at(-1).type, "lost");
  assert.ok(before.closed);
  clock.pass(heard.at(-1).retryInMs);
  assert.notEqual(sources.latest(), before);
  assert.equal(sources.latest().lastEventId, "room-den:4"); // where the tab that joined last is
});

test("when a stream does not open, the worker asks for each room's list, and tells the tabs of a refused one", async () => {
  const [den, attic] = [tab("den"), tab("attic")];
  sources.latest().onerror();
  await settled();
  assert.deepEqual(attic.heard.at(-1), { type: "refused", status: 403 });
  assert.ok(!den.types().includes("refused"));
  assert.match(sources.latest().url, /^\/events\/\?channel=room-den&/);
});
