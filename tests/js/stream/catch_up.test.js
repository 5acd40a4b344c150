import { test } from "node:test";
import assert from "node:assert/strict";
import { deferred, fakeClock, settled } from "../fakes.js";
import { createBackOff } from "../../../static/chat/lib/back_off.js";
import { createCatchUp } from "../../../static/chat/stream/catch_up.js";

const PAGE = 3;

// A page with the messages `shown`, and a server with the messages `stored` and pages of three. `changes` are [event, id]
// of edits. `after` and `since` replace the server's answers; they get (number of the request, id or event, page).
function pageOf({ shown = [], stored = [], changes = [], after, since } = {}) {
  const page = { shown: [...shown], stored: [...stored], changes: [...changes], asked: [], askedSince: [] };
  const clock = fakeClock();
  const versions = new Map(shown.map((id) => [id, 0])); // the shown version of each message
  const add = ({ id, change = 0 }) => {
    if (versions.has(id)) return update({ id, change });
    versions.set(id, change);
    page.shown = [...versions.keys()].sort((a, b) => a - b);
  };
  const update = ({ id, change }) => versions.get(id) < change && versions.set(id, change);
  page.versions = () => Object.fromEntries([...versions].filter(([, change]) => change));
  page.answer = (id) => {
    const newer = page.stored.filter((other) => other > id);
    return { messages: newer.slice(0, PAGE).map((id) => ({ id })), more: newer.length > PAGE };
  };
  page.answerSince = (event) => {
    const newer = page.changes.filter(([change]) => change > event);
    const messages = newer.slice(0, PAGE).map(([change, id]) => ({ id, change }));
    const more = newer.length > PAGE;
    return { messages, more, lastEventId: more ? messages.at(-1).change : Math.max(event, 100) };
  };
  const catchUp = createCatchUp({
    frontier: shown.at(-1) ?? 0,
    after: async (id) => {
      page.asked.push(id);
      return (await after?.(page.asked.length, id, page)) ?? page.answer(id);
    },
    since: async (event) => {
      page.askedSince.push(event);
      return (await since?.(page.askedSince.length, event, page)) ?? page.answerSince(event);
    },
    store: { add, change: update },
    backOff: createBackOff({ random: () => 1 }),
    ...clock,
  });
  const receive = (...ids) => ids.forEach((id) => catchUp.add({ id }));
  const receiveChange = (change, id) => catchUp.change({ id, change });
  const reset = (event = 10) => catchUp.reset(event);
  return Object.assign(page, { add, clock, receive, receiveChange, reset, resume: catchUp.resume, stop: catchUp.stop, isFilled: catchUp.isFilled });
}

const upTo = (last) => Array.from({ length: last }, (_, n) => n + 1);

test("after a reset all messages are fetched, page by page and in order", async () => {
  const page = pageOf({ shown: [1], stored: upTo(8) });
  page.reset();
  await settled();
  assert.deepEqual(page.shown, upTo(8));
  assert.deepEqual(page.asked, [1, 4, 7]);
});

test("a page without messages starts at the first one", async () => {
  const page = pageOf({ stored: upTo(2) });
  page.reset();
  await settled();
  assert.deepEqual(page.asked, [0]);
  assert.deepEqual(page.shown, [1, 2]);
});

test("a page that found no messages starts at the first one again", async () => {
  const page = pageOf();
  page.reset();
  await settled();
  page.stored = [1];
  page.reset();
  await settled();
  assert.deepEqual(page.asked, [0, 0]);
  assert.deepEqual(page.shown, [1]);
});

test("the gap is filled once everything has arrived", async () => {
  const page = pageOf({ shown: [1], stored: upTo(2) });
  assert.equal(page.isFilled(), true);
  page.reset();
  assert.equal(page.isFilled(), false);
  await settled();
  assert.equal(page.isFilled(), true);
});

test("without a reset nothing is fetched", async () => {
  const page = pageOf({ shown: [1], stored: upTo(8) });
  page.resume();
  page.receive(2);
  await settled();
  assert.deepEqual(page.asked, []);
});

test("a message from the stream moves the frontier, and the answer to a POST does not", async () => {
  const page = pageOf({ shown: [1], stored: upTo(8) });
  page.receive(2);
  page.add({ id: 8 }); // the answer to a POST, before the stream brings 3 to 7
  page.reset();
  await settled();
  assert.equal(page.asked[0], 2);
  assert.deepEqual(page.shown, upTo(8));
});

test("a message from the stream during a fetch is shown at once, and the ones before it are still fetched", async () => {
  const list = deferred();
  const page = pageOf({ shown: [1], after: (n) => (n === 1 ? list.promise : undefined) });
  page.reset();
  page.receive(5);
  assert.deepEqual(page.shown, [1, 5]);
  list.resolve({ messages: [2, 3, 4].map((id) => ({ id })), more: false });
  await settled();
  assert.deepEqual(page.shown, upTo(5));
});

test("messages from the stream during a fetch count when the fetch is complete", async () => {
  const page = pageOf({ shown: [1], stored: upTo(2) });
  page.reset();
  page.receive(3);
  await settled();
  page.reset();
  await settled();
  assert.deepEqual(page.asked, [1, 3]);
});

test("a failed fetch continues where it stopped, after longer and longer pauses", async () => {
  const page = pageOf({
    stored: upTo(5),
    after: async (n, id, page) => {
      if (n === 2 || n === 3) throw new Error("down");
      return page.answer(id);
    },
  });
  page.reset();
  await settled();
  assert.deepEqual(page.asked, [0, 3]);
  page.clock.pass(1_000);
  await settled();
  assert.deepEqual(page.asked, [0, 3, 3]);
  page.clock.pass(1_999);
  await settled();
  assert.deepEqual(page.asked, [0, 3, 3]);
  page.clock.pass(1);
  await settled();
  assert.deepEqual(page.asked, [0, 3, 3, 3]);
  assert.deepEqual(page.shown, upTo(5));
});

test("after a reset the changes since the last good event are fetched, page by page", async () => {
  const page = pageOf({ shown: upTo(5), changes: [[11, 1], [12, 3], [13, 5], [14, 2], [15, 1]] });
  page.reset(10);
  await settled();
  assert.deepEqual(page.versions(), { 1: 15, 2: 14, 3: 12, 5: 13 });
  assert.deepEqual(page.askedSince, [10, 13]);
});

test("a change during the fetch of new messages is not missed", async () => {
  const old = deferred();
  const page = pageOf({ shown: [1], after: (n) => (n === 1 ? old.promise : undefined) });
  page.reset();
  page.changes.push([11, 2]);
  page.receiveChange(11, 2); // a message that is not shown yet
  old.resolve({ messages: [{ id: 2 }], more: false });
  await settled();
  assert.deepEqual(page.versions(), { 2: 11 });
});

test("a change from the stream is not replaced by an older one from a fetch", async () => {
  const old = deferred();
  const page = pageOf({ shown: [1], since: (n) => (n === 1 ? old.promise : undefined) });
  page.reset();
  await settled();
  page.receiveChange(12, 1);
  old.resolve({ messages: [{ id: 1, change: 11 }], more: false, lastEventId: 11 });
  await settled();
  assert.deepEqual(page.versions(), { 1: 12 });
});

test("after a reset during the fetch of changes, both lists are fetched again from where they stopped", async () => {
  const old = deferred();
  const page = pageOf({ shown: [1], since: (n) => (n === 1 ? old.promise : undefined) });
  page.reset(10);
  await settled();
  page.stored.push(2);
  page.changes.push([21, 1]);
  page.reset(20);
  old.resolve({ messages: [], more: false, lastEventId: 15 });
  await settled();
  assert.deepEqual([page.asked, page.askedSince], [[1, 1], [10, 15]]);
  assert.deepEqual([page.shown, page.versions()], [[1, 2], { 1: 21 }]);
});

test("a second reset during a gap does not hide the changes before it", async () => {
  const page = pageOf({ shown: [1], changes: [[11, 1]], after: async (n) => {
    if (n === 1) throw new Error("down");
  } });
  page.reset(10);
  await settled();
  page.reset(20);
  await settled();
  assert.deepEqual(page.askedSince[0], 10);
  assert.deepEqual(page.versions(), { 1: 11 });
});

test("after a gap is closed, the next one starts at its own last good event", async () => {
  const page = pageOf({ shown: [1] });
  page.reset(10);
  await settled();
  page.reset(120);
  await settled();
  assert.deepEqual(page.askedSince, [10, 120]);
});

test("a failed fetch of changes continues where it stopped, and the gap stays open", async () => {
  const page = pageOf({ shown: [1], stored: [1, 2, 3], changes: [[11, 1], [12, 1], [13, 1], [14, 1]], since: async (n) => {
    if (n === 2) throw new Error("down");
  } });
  page.reset(10);
  await settled();
  assert.deepEqual(page.askedSince, [10, 13]);
  page.receive(5); // the stream resumed, and 4 is missing
  page.stored.push(4, 5);
  page.clock.pass(1_000);
  await settled();
  assert.deepEqual(page.askedSince, [10, 13, 13]);
  assert.deepEqual([page.shown, page.versions()], [upTo(5), { 1: 14 }]);
});

test("if the server says that there are more changes but sends none, the next request waits", async () => {
  const page = pageOf({ since: async (n, event) => ({ messages: [], more: true, lastEventId: event }) });
  page.reset();
  await settled();
  assert.deepEqual(page.askedSince, [10]);
  assert.deepEqual(page.clock.waits(), [1_000]);
});

test("a wake-up starts the next attempt at once", async () => {
  const page = pageOf({ stored: [1], after: async (n, id, page) => (n === 1 ? {} : page.answer(id)) });
  page.reset();
  await settled();
  page.resume();
  await settled();
  page.clock.pass(60_000);
  await settled();
  assert.deepEqual(page.asked, [0, 0]);
  assert.deepEqual(page.shown, [1]);
});

test("only one next attempt is planned at a time", async () => {
  const page = pageOf({ after: () => Promise.reject(new Error("down")) });
  page.reset();
  await settled();
  page.resume();
  await settled();
  assert.deepEqual(page.clock.waits(), [2_000]);
});

test("after a reset during a fetch, the list is fetched again, because the answer may be older than the reset", async () => {
  const old = deferred();
  const page = pageOf({
    stored: upTo(4),
    after: (n, id, page) => (n === 1 ? old.promise : Promise.resolve(page.answer(id))),
  });
  page.reset();
  page.receive(2); // the gap of the second reset is after it
  page.reset();
  old.resolve({ messages: [{ id: 1 }], more: false });
  await settled();
  assert.deepEqual(page.asked, [0, 1]);
  assert.deepEqual(page.shown, upTo(4));
});

test("a stream that reconnects while the fetch fails leaves the gap open", async () => {
  const page = pageOf({
    shown: [1],
    stored: upTo(4),
    after: async (n, id, page) => {
      if (n === 1) throw new Error("down");
      return page.answer(id);
    },
  });
  page.reset();
  await settled();
  page.receive(5); // a new stream resumed after the reset's id
  page.resume();
  await settled();
  assert.equal(page.asked[1], 1);
  assert.deepEqual(page.shown, upTo(5));
});

test("if the server says that there is more but sends nothing, the next request waits", async () => {
  const page = pageOf({ after: async () => ({ messages: [], more: true }) });
  page.reset();
  await settled();
  assert.deepEqual(page.asked, [0]);
  assert.deepEqual(page.clock.waits(), [1_000]);
});

test("if the server says that there is more but sends known messages, the next request waits", async () => {
  const page = pageOf({
    shown: [1],
    after: async (n) => {
      if (n > 9) throw new Error("asked without a pause");
      return { messages: [{ id: 1 }], more: true };
    },
  });
  page.reset();
  await settled();
  assert.deepEqual(page.asked, [1]);
  assert.deepEqual(page.clock.waits(), [1_000]);
});

test("after a success the pauses start short again", async () => {
  let failing = true;
  const page = pageOf({ stored: upTo(2), after: async (_, id, page) => {
    if (failing) throw new Error("no answer");
    return page.answer(id);
  } });
  page.reset();
  await settled();
  for (let attempt = 0; attempt < 4; attempt += 1) {
    page.clock.pass(30_000);
    await settled();
  }
  failing = false;
  page.clock.pass(30_000);
  await settled();
  assert.deepEqual(page.shown, [1, 2]);
  failing = true;
  page.reset();
  await settled();
  assert.deepEqual(page.clock.waits(), [1_000]);
});

test("a stopped catch-up asks no more, whether it waits or its request is on its way", async () => {
  for (const stopsFirst of [true, false]) {
    const answer = deferred();
    const page = pageOf({ shown: [1], stored: upTo(8), after: () => answer.promise });
    page.reset();
    if (stopsFirst) page.stop();
    answer.reject(new Error("403"));
    await settled();
    page.stop();
    page.clock.pass(600_000);
    await settled();
    assert.deepEqual([page.asked, page.shown], [[1], [1]]);
  }
});
