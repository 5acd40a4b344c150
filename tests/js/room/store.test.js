import { test } from "node:test";
import assert from "node:assert/strict";
import { deleted, message, messages, span, storeOf } from "./store_page.js";

test("a new message goes to the end", () => {
  const { ids, add } = storeOf([1, 2]);
  assert.deepEqual(add(3), [true]);
  assert.deepEqual(ids(), [1, 2, 3]);
});

test("a message that the window already has, from the page or the stream, is not shown again and is not new", () => {
  const { ids, add } = storeOf([1, 2]);
  assert.deepEqual(add(2, 1, 7, 7), [false, false, true, false]);
  assert.deepEqual(ids(), [1, 2, 7]);
});

test("a late message goes to its place, and ids are ordered as numbers", () => {
  const { ids, add } = storeOf([9]);
  add(100, 30, 20, 10, 25);
  assert.deepEqual(ids(), [9, 10, 20, 25, 30, 100]);
});

test("a message older than the page, from the answer to an old POST, is not shown above a gap", () => {
  const { ids, add } = storeOf([10, 11], { older: true });
  assert.deepEqual(add(5), [false]);
  assert.deepEqual(ids(), [10, 11]);
});

test("a known id with another date is reported, because the server has another database now", () => {
  const { addMessage, change, add, foreign, showOlder } = storeOf([1]);
  add(1, 2, 2);
  assert.equal(foreign(), 0);
  addMessage(message(2, { date: "another" }));
  assert.equal(foreign(), 1);
  change(message(1, { date: "another", change: 5 }));
  assert.equal(foreign(), 2);
  showOlder([message(2, { date: "another" })], false);
  assert.equal(foreign(), 3);
});

test("an edited message is updated at its place", () => {
  const { texts, change } = storeOf([1, 2, 3]);
  change(message(2, { text: "better", change: 4 }));
  assert.deepEqual(texts(), ["text 1", "better", "text 3"]);
});

test("of two versions the newer one is shown, in any order of arrival", () => {
  const { texts, change, addMessage } = storeOf([1]);
  change(message(1, { text: "third", change: 9 }));
  change(message(1, { text: "second", change: 8 }));
  addMessage(message(1));
  addMessage(message(1, { text: "second", change: 8 }));
  assert.deepEqual(texts(), ["third"]);
  addMessage(message(1, { text: "fourth", change: 10 })); // the answer to a POST that was sent again
  assert.deepEqual(texts(), ["fourth"]);
});

test("an older version does not replace the one in the page", () => {
  const { texts, addMessage, change } = storeOf([message(1, { text: "third", change: 9 })]);
  addMessage(message(1, { text: "second", change: 8 }));
  change(message(1, { text: "second", change: 8 }));
  assert.deepEqual(texts(), ["third"]);
});

test("of two changes to a message that is not in the window yet, the newer one counts", () => {
  const { texts, change, add } = storeOf([]);
  change(message(1, { text: "third", change: 9 }));
  change(message(1, { text: "second", change: 8 }));
  add(1);
  assert.deepEqual(texts(), ["third"]);
});

test("a message that is edited while its page is fetched is shown as edited", () => {
  const { texts, change, showOlder, expect } = storeOf([3], { older: true });
  expect();
  change(message(2, { text: "better", change: 7 }));
  showOlder(messages(1, 2), false);
  assert.deepEqual(texts(), ["text 1", "better", "text 3"]);
});

test("older pages go before the window, back to the first message", () => {
  const { ids, low, hasOlder, showOlder } = storeOf([7, 8], { older: true });
  assert.equal(low(), 7);
  showOlder(messages(4, 5), true);
  assert.deepEqual([ids(), low(), hasOlder()], [[4, 5, 7, 8], 4, true]);
  showOlder(messages(1), false);
  assert.deepEqual([ids(), hasOlder()], [[1, 4, 5, 7, 8], false]);
});

test("at the end the oldest messages are dropped when there are too many, and can be fetched again", () => {
  const { ids, add, hasOlder, low, isLive } = storeOf([], { limit: 10 });
  add(...span(1, 1000));
  assert.ok(ids().length <= 10 && ids().length >= 9);
  assert.equal(ids().at(-1), 1000);
  assert.deepEqual([hasOlder(), isLive(), low()], [true, true, ids()[0]]);
  add(ids()[0] - 1);
  assert.equal(ids()[0], low());
});

test("for a reader far above, no message is dropped or added, and the window is no longer live", () => {
  const { ids, add, isLive, high } = storeOf(span(1, 10), { limit: 10, nearEnd: () => false });
  assert.deepEqual(add(11, 12), [true, true]);
  assert.deepEqual([ids(), isLive(), high()], [span(1, 10), false, 10]);
});

test("a page of older messages makes the window drop the newest, without a gap", () => {
  const { ids, add, isLive, showOlder } = storeOf(span(11, 20), { limit: 10, older: true });
  showOlder(messages(...span(7, 10)), true);
  assert.deepEqual([ids(), isLive()], [span(7, 16), false]);
  add(21);
  assert.deepEqual(ids(), span(7, 16));
});

test("the last page of newer messages makes the window live again, with the messages that came during the fetch", () => {
  const { ids, add, expect, showNewer, isLive } = storeOf(span(1, 3), { live: false });
  add(6); // it came before the request, so the answer contains it
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

test("a late message in the middle of a window that is not live is shown, because the window has no gaps", () => {
  const { ids, add } = storeOf([1, 2, 5], { live: false });
  add(4, 7);
  assert.deepEqual(ids(), [1, 2, 4, 5]);
});

test("the window can move to another part of the history, and back to the newest messages", () => {
  const { ids, add, expect, showInstead, isLive, hasOlder } = storeOf(span(91, 100), { older: true });
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

test("the store reports each message that comes, and whether the room has just said it", () => {
  const { add, heard, expect, showOlder } = storeOf([5], { older: true });
  add(6, 6);
  expect();
  showOlder(messages(4), false);
  assert.deepEqual(heard, [
    ["received", 5, false],
    ["received", 6, true],
    ["received", 6, false],
    ["received", 4, false],
  ]);
});

test("the store reports each change once, in the window or not, when the window has it", () => {
  const { change, heard, listen, get } = storeOf([1]);
  listen({ changed: ({ id }) => heard.push(["in the window", get(id)?.text]) });
  heard.length = 0;
  change(message(1, { text: "second", change: 8 }));
  change(message(1, { text: "second", change: 8 }));
  change(message(1, { text: "first", change: 7 }));
  change(deleted(9, 10));
  assert.deepEqual(heard, [
    ["changed", 1, 8],
    ["in the window", "second"],
    ["changed", 9, 10],
    ["in the window", undefined],
  ]);
});

test("without a limit of its own, a store holds 600 messages, the newest near the end", () => {
  const { ids, add } = storeOf([]);
  add(...span(1, 600));
  assert.deepEqual(ids(), span(1, 600));
  add(601);
  assert.deepEqual(ids(), span(62, 601));
});

test("a window with exactly as many messages as its limit stays whole", () => {
  const { ids, showNewer } = storeOf(span(1, 8), { live: false, limit: 10 });
  showNewer(messages(9, 10), true);
  assert.deepEqual(ids(), span(1, 10));
});

test("whoever goes on to newer messages, or jumps, keeps the newest", () => {
  const { ids, showNewer, showInstead } = storeOf(span(1, 10), { live: false, limit: 10 });
  showNewer(messages(11, 12, 13), true);
  assert.deepEqual(ids(), span(5, 13));
  showInstead(messages(...span(21, 32)), { older: true, newer: true });
  assert.deepEqual(ids(), span(24, 32));
});

test("a window that begins with the room's first message has nothing older", () => {
  const { hasOlder, showInstead, low } = storeOf([5]);
  assert.equal(hasOlder(), false);
  showInstead(messages(5), { older: true, newer: false });
  assert.equal(hasOlder(), true);
  showInstead(messages(5), { older: false, newer: false });
  assert.deepEqual([hasOlder(), low()], [false, 0]);
});

test("the store knows the messages of a list, and tells its listeners once of each", () => {
  const { add, heard, expect, expectNothing, showNewer } = storeOf([1]);
  showNewer(messages(9), false);
  assert.deepEqual(add(9), [false]);
  expect();
  add(10);
  expectNothing();
  const before = heard.length;
  showNewer([], false);
  assert.equal(heard.length, before);
  expect();
  add(11);
  showNewer([], false);
  const after = heard.length;
  showNewer([], false);
  assert.equal(heard.length, after);
});

test("the store knows the last 10 000 messages that came", () => {
  const { add, addMessage, foreign } = storeOf([1, 2, 3]);
  const otherDate = (id) => addMessage(message(id, { date: "another" }));
  add(...span(4, 10_000));
  add(1, 10_001);
  otherDate(1);
  assert.equal(foreign(), 1);
  otherDate(3);
  assert.equal(foreign(), 2);
  otherDate(2);
  assert.equal(foreign(), 2);
});

test("the store knows the last 500 changed messages, for old versions that come later", () => {
  const { change, addMessage, texts } = storeOf([]);
  const edited = (id) => message(id, { text: `edited ${id}`, change: 1_000 + id });
  [1, 2, ...span(3, 501)].forEach((id) => change(edited(id)));
  [1, 2].forEach((id) => addMessage(message(id)));
  assert.deepEqual(texts(), ["text 1", "edited 2"]);
});
