"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { deferred, fakeClock, settled } = require("./fakes.js");
require("../../static/chat/back_off.js");
require("../../static/chat/catch_up.js");
require("../../static/chat/message_log.js");

const PAGE = 3;

// A page that shows `shown`, and a server that has `stored` and gives away three messages at a time.
function pageOf({ shown = [], stored = [], after } = {}) {
  const page = { shown: [...shown], stored: [...stored], asked: [] };
  const clock = fakeClock();
  const insert = ({ id }, nextId) =>
    page.shown.splice(nextId === null ? page.shown.length : page.shown.indexOf(nextId), 0, id);
  const { add } = chat.messageLog({ shown: shown.map((id) => ({ id })), insert });
  page.answer = (id) => {
    const newer = page.stored.filter((other) => other > id);
    return { messages: newer.slice(0, PAGE).map((id) => ({ id })), more: newer.length > PAGE };
  };
  const catchUp = chat.catchUp({
    frontier: shown.at(-1) ?? 0,
    after: (id) => {
      page.asked.push(id);
      return (after ?? (async () => page.answer(id)))(page.asked.length, id, page);
    },
    add,
    backOff: chat.backOff({ random: () => 1 }),
    ...clock,
  });
  const told = (...ids) => ids.forEach((id) => catchUp.told({ id }));
  return Object.assign(page, { add, clock, told, reset: catchUp.reset, goOn: catchUp.goOn });
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
