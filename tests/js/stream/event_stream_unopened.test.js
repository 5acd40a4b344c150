import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock, fakeSources } from "../fakes.js";
import { createBackOff } from "../../../static/chat/lib/back_off.js";
import { createEventStream } from "../../../static/chat/stream/event_stream.js";

// A stream whose opening is under way. `unopened` counts how often the page heard that it did not open.
function openStream() {
  const page = { sources: fakeSources(), clock: fakeClock(), unopened: 0, lost: 0 };
  const stream = createEventStream({
    EventSource: page.sources.Source,
    url: "/events?channel=room-den",
    lastEventId: "room-den:5",
    onOpen() {},
    onLost: (ms) => ms !== null && (page.lost += 1),
    onUnopened: () => (page.unopened += 1),
    backOff: createBackOff({ random: () => 1 }),
    ...page.clock,
  });
  stream.open();
  return Object.assign(page, { stream, fail: () => page.sources.latest().onerror() });
}

test("an attempt that does not open says so, and the next one comes as ever", () => {
  const page = openStream();
  page.fail();
  page.clock.pass(1_000);
  page.fail();
  page.clock.pass(2_000);
  assert.deepEqual([page.unopened, page.lost, page.sources.all.length], [2, 2, 3]);
});

test("a stream that opened and broke does not say so", () => {
  const page = openStream();
  page.sources.latest().tell("stream-open");
  page.fail();
  assert.deepEqual([page.unopened, page.lost], [0, 1]);
  page.clock.pass(1_000);
  page.fail();
  assert.equal(page.unopened, 1);
});

test("a server that does not answer at all is no refusal", () => {
  const page = openStream();
  page.clock.pass(15_000);
  assert.deepEqual([page.unopened, page.lost], [0, 1]);
});

test("a stream that is closed when it hears that it did not open stays closed", () => {
  const page = openStream();
  const before = page.sources.all.length;
  page.fail();
  page.stream.close();
  page.clock.pass(600_000);
  assert.equal(page.sources.all.length, before);
});
