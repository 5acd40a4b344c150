"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/message_log.js");

const message = (id, more) => ({ id, text: `text ${id}`, date: `date ${id}`, ...more });
const messages = (...ids) => ids.map((id) => message(id));
const deleted = (id, change) => message(id, { text: "", deleted: "date", change });
const span = (from, to) => Array.from({ length: to - from + 1 }, (_, place) => from + place);

// A log and the page it draws on: `ids` and `texts` are what the page shows.
function logOf(ids, options) {
  const page = ids.map((id) => (typeof id === "object" ? id : message(id)));
  let foreign = 0;
  const place = (id) => page.findIndex((shown) => shown.id === id);
  const view = {
    insert: (message, nextId) => page.splice(nextId === null ? page.length : place(nextId), 0, message),
    redraw: (message) => (page[place(message.id)] = message),
    remove: (ids) => ids.forEach((id) => page.splice(place(id), 1)),
  };
  const log = chat.messageLog({
    shown: [...page],
    view,
    nearEnd: () => true,
    onForeign: () => (foreign += 1),
    ...options,
  });
  return {
    ...log,
    ids: () => page.map(({ id }) => id),
    texts: () => page.map(({ text }) => text),
    add: (...ids) => ids.map((id) => log.add(message(id))),
    tell: log.add,
    foreign: () => foreign,
  };
}

test("a new message goes to the end", () => {
  const { ids, add } = logOf([1, 2]);
  assert.deepEqual(add(3), [true]);
  assert.deepEqual(ids(), [1, 2, 3]);
});

test("a message that is shown already, from the page or from the stream, is not shown again and not new", () => {
  const { ids, add } = logOf([1, 2]);
  assert.deepEqual(add(2, 1, 7, 7), [false, false, true, false]);
  assert.deepEqual(ids(), [1, 2, 7]);
});

test("a message that comes late goes to its place, and ids are ordered as numbers", () => {
  const { ids, add } = logOf([9]);
  add(100, 30, 20, 10, 25);
  assert.deepEqual(ids(), [9, 10, 20, 25, 30, 100]);
});

test("a message older than the page, which comes as the answer to an old POST, is not shown above a hole", () => {
  const { ids, add } = logOf([10, 11], { older: true });
  assert.deepEqual(add(5), [false]);
  assert.deepEqual(ids(), [10, 11]);
});

test("an id that comes with another date is told: the server has another database now", () => {
  const { tell, change, add, foreign, showOlder } = logOf([1]);
  add(1, 2, 2);
  assert.equal(foreign(), 0);
  tell(message(2, { date: "another" }));
  assert.equal(foreign(), 1);
  change(message(1, { date: "another", change: 5 }));
  assert.equal(foreign(), 2);
  showOlder([message(2, { date: "another" })], false);
  assert.equal(foreign(), 3);
});

test("an edited message is drawn anew at its place", () => {
  const { texts, change } = logOf([1, 2, 3]);
  change(message(2, { text: "better", change: 4 }));
  assert.deepEqual(texts(), ["text 1", "better", "text 3"]);
});

test("of two versions the newer one is shown, in whatever order they come", () => {
  const { texts, change, tell } = logOf([1]);
  change(message(1, { text: "third", change: 9 }));
  change(message(1, { text: "second", change: 8 }));
  tell(message(1));
  tell(message(1, { text: "second", change: 8 }));
  assert.deepEqual(texts(), ["third"]);
  tell(message(1, { text: "fourth", change: 10 })); // the answer to a POST that was sent again
  assert.deepEqual(texts(), ["fourth"]);
});

test("a version that the page came with is not replaced by an older one", () => {
  const { texts, tell, change } = logOf([message(1, { text: "third", change: 9 })]);
  tell(message(1, { text: "second", change: 8 }));
  change(message(1, { text: "second", change: 8 }));
  assert.deepEqual(texts(), ["third"]);
});

test("of two changes to a message that is not shown yet, the newer one counts", () => {
  const { texts, change, add } = logOf([]);
  change(message(1, { text: "third", change: 9 }));
  change(message(1, { text: "second", change: 8 }));
  add(1);
  assert.deepEqual(texts(), ["third"]);
});

test("a deleted message goes and does not come back, whatever was on its way", () => {
  const { ids, change, add, tell, showOlder, expect } = logOf([10, 11, 12], { older: true });
  change(deleted(11, 20));
  assert.deepEqual(ids(), [10, 12]);
  assert.deepEqual(add(11), [false]);
  tell(message(11, { text: "edited", change: 19 }));
  assert.deepEqual(ids(), [10, 12]);
  expect();
  change(deleted(5, 21));
  showOlder(messages(4, 5, 6), false);
  assert.deepEqual(ids(), [4, 6, 10, 12]);
});

test("a message that is deleted before it was told is not new", () => {
  const { ids, change, add } = logOf([]);
  change(deleted(1, 2));
  assert.deepEqual(add(1), [false]);
  assert.deepEqual(ids(), []);
});

test("what was edited while an older page was on its way is shown as edited", () => {
  const { texts, change, showOlder, expect } = logOf([3], { older: true });
  expect();
  change(message(2, { text: "better", change: 7 }));
  showOlder(messages(1, 2), false);
  assert.deepEqual(texts(), ["text 1", "better", "text 3"]);
});

test("older pages go in front, back to the first message", () => {
  const { ids, low, hasOlder, showOlder } = logOf([7, 8], { older: true });
  assert.equal(low(), 7);
  showOlder(messages(4, 5), true);
  assert.deepEqual([ids(), low(), hasOlder()], [[4, 5, 7, 8], 4, true]);
  showOlder(messages(1), false);
  assert.deepEqual([ids(), hasOlder()], [[1, 4, 5, 7, 8], false]);
});

test("at the end the oldest go when there are too many, and can be had back", () => {
  const { ids, add, hasOlder, low, isLive } = logOf([], { limit: 10 });
  add(...span(1, 1000));
  assert.ok(ids().length <= 10 && ids().length >= 9);
  assert.equal(ids().at(-1), 1000);
  assert.deepEqual([hasOlder(), isLive(), low()], [true, true, ids()[0]]);
  add(ids()[0] - 1);
  assert.equal(ids()[0], low());
});

test("to a reader far above, nothing is taken away and nothing added: the window leaves the end", () => {
  const { ids, add, isLive, high } = logOf(span(1, 10), { limit: 10, nearEnd: () => false });
  assert.deepEqual(add(11, 12), [true, true]);
  assert.deepEqual([ids(), isLive(), high()], [span(1, 10), false, 10]);
});

test("a page of older messages lets go of the newest, without a hole", () => {
  const { ids, add, isLive, showOlder } = logOf(span(11, 20), { limit: 10, older: true });
  showOlder(messages(...span(7, 10)), true);
  assert.deepEqual([ids(), isLive()], [span(7, 16), false]);
  add(21);
  assert.deepEqual(ids(), span(7, 16));
});

test("reading on joins the room again, with what was said while the last page was on its way", () => {
  const { ids, add, expect, showNewer, isLive } = logOf(span(1, 3), { live: false });
  add(6); // it was said before the request: the answer has it
  expect();
  add(8);
  showNewer(messages(4, 5), true);
  assert.deepEqual([ids(), isLive()], [span(1, 5), false]);
  expect();
  add(9);
  showNewer(messages(6, 7, 8), false);
  assert.deepEqual([ids(), isLive()], [span(1, 9), true]);
  add(10);
  assert.deepEqual(ids(), span(1, 10));
});

test("what comes late into the middle of a window above the end is shown: it has no holes", () => {
  const { ids, add } = logOf([1, 2, 5], { live: false });
  add(4, 7);
  assert.deepEqual(ids(), [1, 2, 4, 5]);
});

test("another part of the history can be shown instead, and the newest again", () => {
  const { ids, add, expect, showInstead, isLive, hasOlder } = logOf(span(91, 100), { older: true });
  expect();
  add(101);
  showInstead(messages(...span(41, 50)), { older: true, newer: true });
  assert.deepEqual([ids(), isLive(), hasOlder()], [span(41, 50), false, true]);
  expect();
  add(103);
  showInstead(messages(101, 102), { older: true, newer: false });
  assert.deepEqual([ids(), isLive()], [[101, 102, 103], true]);
  add(90);
  assert.deepEqual(ids(), [101, 102, 103]);
});

test("the deletion of all that is shown leaves the window where it was", () => {
  const { ids, change, low, high, showNewer } = logOf([5, 6], { older: true, live: false });
  change(deleted(5, 8));
  change(deleted(6, 9));
  assert.deepEqual([ids(), low(), high()], [[], 5, 6]);
  showNewer(messages(7), false);
  assert.deepEqual(ids(), [7]);
});
