import { test } from "node:test";
import assert from "node:assert/strict";
import { deleted, message, messages, storeOf } from "./store_page.js";

test("when the room was deleted, its messages go, and the new room's messages stay", () => {
  const { ids, add, clear, heard } = storeOf([1, 2, 3]);
  add(7);
  clear(3);
  assert.deepEqual(ids(), [7]);
  assert.deepEqual(heard.at(-1), ["cleared", 3]);
  assert.deepEqual(add(8), [true]);
  assert.deepEqual(ids(), [7, 8]);
});

test("an old list, an old answer and an old edit do not bring the messages of a deleted room back", () => {
  const { ids, add, addMessage, change, clear, expect, showOlder, heard } = storeOf([5, 6], { older: true });
  expect();
  add(7);
  clear(7);
  showOlder(messages(3, 4), false);
  change(message(6, { change: 9 }));
  assert.deepEqual(add(2), [false]);
  addMessage(message(6, { change: 8 }));
  assert.deepEqual(ids(), []);
  assert.deepEqual(heard.filter(([, , isNew]) => isNew === true), [["received", 7, true]]);
});

test("a deleted room has no older messages, and nothing is missing between it and the new room", () => {
  const { ids, clear, hasOlder, isLive, high, showNewer } = storeOf([5, 6], { older: true, live: false });
  clear(20);
  assert.deepEqual([hasOlder(), isLive(), high()], [false, false, 20]);
  showNewer(messages(21, 22), false);
  assert.deepEqual(ids(), [21, 22]);
  assert.equal(isLive(), true);
});

test("messages above a window that begins after the deleted room can still be fetched", () => {
  const { clear, hasOlder, low } = storeOf([15, 16], { older: true });
  clear(10);
  assert.deepEqual([hasOlder(), low()], [true, 15]);
});

test("a deleted room is cleared once, however often the stream says so", () => {
  const { clear, heard } = storeOf([1, 2, 3]);
  clear(3);
  clear(3);
  clear(2);
  assert.deepEqual(heard.filter(([name]) => name === "cleared"), [["cleared", 3]]);
});

test("a deleted message goes and does not come back, even if older versions arrive later", () => {
  const { ids, change, add, addMessage, showOlder, expect } = storeOf([10, 11, 12], { older: true });
  change(deleted(11, 20));
  assert.deepEqual(ids(), [10, 12]);
  assert.deepEqual(add(11), [false]);
  addMessage(message(11, { text: "edited", change: 19 }));
  assert.deepEqual(ids(), [10, 12]);
  expect();
  change(deleted(5, 21));
  showOlder(messages(4, 5, 6), false);
  assert.deepEqual(ids(), [4, 6, 10, 12]);
});

test("a message that is deleted before it comes is not new", () => {
  const { ids, change, add } = storeOf([]);
  change(deleted(1, 2));
  assert.deepEqual(add(1), [false]);
  assert.deepEqual(ids(), []);
});

test("the window stays where it is when all its messages are deleted", () => {
  const { ids, change, low, high, showNewer } = storeOf([5, 6], { older: true, live: false });
  change(deleted(5, 8));
  change(deleted(6, 9));
  assert.deepEqual([ids(), low(), high()], [[], 5, 6]);
  showNewer(messages(7), false);
  assert.deepEqual(ids(), [7]);
});

test("a message that is deleted by the time its POST is answered is a change, and does not come back", () => {
  const { add, addMessage, heard, ids } = storeOf([]);
  addMessage(deleted(1, 2));
  assert.deepEqual(heard, [["changed", 1, 2]]);
  assert.deepEqual(add(1), [false]);
  assert.deepEqual(ids(), []);
});

test("nothing is older than a cleared room", () => {
  const { clear, hasOlder, add } = storeOf([5, 6], { older: true });
  clear(5);
  assert.equal(hasOlder(), false);
  clear(7);
  assert.deepEqual(add(7, 8), [false, true]);
});

test("messages that are deleted together leave the page together", () => {
  const { ids, removeAll, heard } = storeOf([1, 2, 3, 4]);
  removeAll({ ids: [1, 3, 9], deleted: "now", change: 7 });
  assert.deepEqual(ids(), [2, 4]);
  assert.deepEqual(heard.slice(4), [["changed", 1, 7], ["changed", 3, 7], ["changed", 9, 7]]);
  removeAll({ ids: [1, 3, 9], deleted: "now", change: 7 });
  assert.equal(heard.length, 7);
});

test("a message that was deleted with others stays away when it comes late", () => {
  const { ids, removeAll, add, change } = storeOf([1, 2]);
  removeAll({ ids: [2, 3], deleted: "now", change: 7 });
  add(3);
  change(message(2, { edited: "earlier", change: 6 }));
  assert.deepEqual(ids(), [1]);
});
