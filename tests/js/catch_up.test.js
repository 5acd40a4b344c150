"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { deferred, fakeClock, settled } = require("./fakes.js");
require("../../static/chat/back_off.js");
require("../../static/chat/catch_up.js");

const PAGE = 3;

// A page that shows `shown`, and a server that has `stored` and gives away three messages at a time. `changes` are
// [event, id] of edits; `after` and `since` replace the server's answers: (how often asked, id or event, page).
function pageOf({ shown = [], stored = [], changes = [], after, since } = {}) {
  const page = { shown: [...shown], stored: [...stored], changes: [...changes], asked: [], askedSince: [] };
  const clock = fakeClock();
  const versions = new Map(shown.map((id) => [id, 0])); // the last change of each that is shown
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
  const catchUp = chat.catchUp({
    frontier: shown.at(-1) ?? 0,
    after: async (id) => {
      page.asked.push(id);
      return (await after?.(page.asked.length, id, page)) ?? page.answer(id);
    },
    since: async (event) => {
      page.askedSince.push(event);
      return (await since?.(page.askedSince.length, event, page)) ?? page.answerSince(event);
    },
    add,
    change: update,
    backOff: chat.backOff({ random: () => 1 }),
    ...clock,
  });
  const told = (...ids) => ids.forEach((id) => catchUp.told({ id }));
  const changed = (change, id) => catchUp.changed({ id, change });
  const reset = (event = 10) => catchUp.reset(event);
  return Object.assign(page, { add, clock, told, changed, reset, goOn: catchUp.goOn });
}

const upTo = (last) => Array.from({ length: last }, (_, n) => n + 1);

test("after a reset everything is fetched, page by page and in order", async () => {
  const page = pageOf({ shown: [1], stored: upTo(8) });
  page.reset();
  await settled();
  assert.deepEqual(page.shown, upTo(8));
  assert.deepEqual(page.asked, [1, 4, 7]);
});

test("an empty page begins at the beginning", async () => {
  const page = pageOf({ stored: upTo(2) });
  page.reset();
  await settled();
  assert.deepEqual(page.asked, [0]);
  assert.deepEqual(page.shown, [1, 2]);
});

test("without a reset nothing is fetched", async () => {
  const page = pageOf({ shown: [1], stored: upTo(8) });
  page.goOn();
  page.told(2);
  await settled();
  assert.deepEqual(page.asked, []);
});

test("the stream moves the place to begin at, one's own message does not", async () => {
  const page = pageOf({ shown: [1], stored: upTo(8) });
  page.told(2);
  page.add({ id: 8 }); // the answer to a POST, before the stream tells of 3 to 7
  page.reset();
  await settled();
  assert.equal(page.asked[0], 2);
  assert.deepEqual(page.shown, upTo(8));
});

test("what the stream tells meanwhile is shown at once and does not hide what lies before it", async () => {
  const list = deferred();
  const page = pageOf({ shown: [1], after: (n) => (n === 1 ? list.promise : undefined) });
  page.reset();
  page.told(5);
  assert.deepEqual(page.shown, [1, 5]);
  list.resolve({ messages: [2, 3, 4].map((id) => ({ id })), more: false });
  await settled();
  assert.deepEqual(page.shown, upTo(5));
});

test("what the stream told meanwhile counts once the list has been read to its end", async () => {
  const page = pageOf({ shown: [1], stored: upTo(2) });
  page.reset();
  page.told(3);
  await settled();
  page.reset();
  await settled();
  assert.deepEqual(page.asked, [1, 3]);
});

test("a list that can't be fetched is fetched again, ever later, from where it got to", async () => {
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

test("what is changed while the new messages are fetched is not missed", async () => {
  const old = deferred();
  const page = pageOf({ shown: [1], after: (n) => (n === 1 ? old.promise : undefined) });
  page.reset();
  page.changes.push([11, 2]);
  page.changed(11, 2); // of a message that is not shown yet
  old.resolve({ messages: [{ id: 2 }], more: false });
  await settled();
  assert.deepEqual(page.versions(), { 2: 11 });
});

test("a change that is told while an older one is fetched stays", async () => {
  const old = deferred();
  const page = pageOf({ shown: [1], since: (n) => (n === 1 ? old.promise : undefined) });
  page.reset();
  await settled();
  page.changed(12, 1);
  old.resolve({ messages: [{ id: 1, change: 11 }], more: false, lastEventId: 11 });
  await settled();
  assert.deepEqual(page.versions(), { 1: 12 });
});

test("a reset while the changes are fetched has both lists fetched once more, from where they got to", async () => {
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

test("while a gap is open, a second reset does not hide the changes in front of it", async () => {
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

test("once a gap is closed, the next one begins at its own last good event", async () => {
  const page = pageOf({ shown: [1] });
  page.reset(10);
  await settled();
  page.reset(120);
  await settled();
  assert.deepEqual(page.askedSince, [10, 120]);
});

test("changes that can't be fetched are fetched again later, from where they got to, and the gap stays open", async () => {
  const page = pageOf({ shown: [1], stored: [1, 2, 3], changes: [[11, 1], [12, 1], [13, 1], [14, 1]], since: async (n) => {
    if (n === 2) throw new Error("down");
  } });
  page.reset(10);
  await settled();
  assert.deepEqual(page.askedSince, [10, 13]);
  page.told(5); // from a stream that has resumed; 4 is missing
  page.stored.push(4, 5);
  page.clock.pass(1_000);
  await settled();
  assert.deepEqual(page.askedSince, [10, 13, 13]);
  assert.deepEqual([page.shown, page.versions()], [upTo(5), { 1: 14 }]);
});

test("a server that says more changes and moves nowhere is left alone for a while", async () => {
  const page = pageOf({ since: async (n, event) => ({ messages: [], more: true, lastEventId: event }) });
  page.reset();
  await settled();
  assert.deepEqual(page.askedSince, [10]);
  assert.deepEqual(page.clock.waits(), [1_000]);
});

test("a wake-up does not wait for the next attempt's turn", async () => {
  const page = pageOf({ stored: [1], after: async (n, id, page) => (n === 1 ? {} : page.answer(id)) });
  page.reset();
  await settled();
  page.goOn();
  await settled();
  page.clock.pass(60_000);
  await settled();
  assert.deepEqual(page.asked, [0, 0]);
  assert.deepEqual(page.shown, [1]);
});

test("one next attempt waits at a time", async () => {
  const page = pageOf({ after: () => Promise.reject(new Error("down")) });
  page.reset();
  await settled();
  page.goOn();
  await settled();
  assert.deepEqual(page.clock.waits(), [2_000]);
});

test("a reset while the list is fetched has it fetched once more: the answer may be older than the reset", async () => {
  const old = deferred();
  const page = pageOf({
    stored: upTo(4),
    after: (n, id, page) => (n === 1 ? old.promise : Promise.resolve(page.answer(id))),
  });
  page.reset();
  page.told(2); // the gap of the second reset lies behind it
  page.reset();
  old.resolve({ messages: [{ id: 1 }], more: false });
  await settled();
  assert.deepEqual(page.asked, [0, 1]);
  assert.deepEqual(page.shown, upTo(4));
});

test("a stream that is cut and resumed while the list can't be fetched leaves the gap open", async () => {
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
  page.told(5); // from a new stream, which has resumed after the reset's id
  page.goOn();
  await settled();
  assert.equal(page.asked[1], 1);
  assert.deepEqual(page.shown, upTo(5));
});

test("a server that says more and gives nothing is left alone for a while", async () => {
  const page = pageOf({ after: async () => ({ messages: [], more: true }) });
  page.reset();
  await settled();
  assert.deepEqual(page.asked, [0]);
  assert.deepEqual(page.clock.waits(), [1_000]);
});

test("a server that says more and gives what is known already is left alone for a while", async () => {
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

test("after a success the next trouble begins with a short wait again", async () => {
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
