"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/message_log.js");

function logOf(...ids) {
  const shown = [...ids];
  const insert = ({ id }, nextId) => shown.splice(nextId === null ? shown.length : shown.indexOf(nextId), 0, id);
  const log = chat.messageLog({ shown: ids.map((id) => ({ id })), insert });
  return { shown, add: (...ids) => ids.forEach((id) => log.add({ id })) };
}

test("a new message goes to the end", () => {
  const { shown, add } = logOf(1, 2);
  add(3);
  assert.deepEqual(shown, [1, 2, 3]);
});

test("a message that stands in the page is not shown again", () => {
  const { shown, add } = logOf(1, 2);
  add(2, 1);
  assert.deepEqual(shown, [1, 2]);
});

test("a message that came by the stream is not shown again", () => {
  const { shown, add } = logOf();
  add(7, 7);
  assert.deepEqual(shown, [7]);
});

test("a message that comes late goes to its place", () => {
  const { shown, add } = logOf(10);
  add(30, 20, 12, 25);
  assert.deepEqual(shown, [10, 12, 20, 25, 30]);
});

test("a message older than the page, which comes as the answer to an old POST, is not shown above a hole", () => {
  const { shown, add } = logOf(10, 11);
  add(5);
  assert.deepEqual(shown, [10, 11]);
});

test("ids are ordered as numbers", () => {
  const { shown, add } = logOf(9);
  add(100, 10);
  assert.deepEqual(shown, [9, 10, 100]);
});

test("an id that comes with another date is told: the server has another database now", () => {
  let foreign = 0;
  const shown = [{ id: 1, date: "2026-11-22T10:30:00.123Z" }];
  const log = chat.messageLog({ shown, insert() {}, onForeign: () => (foreign += 1) });
  log.add({ id: 1, date: "2026-11-22T10:30:00.123Z" });
  log.add({ id: 2, date: "2026-11-22T10:31:00.123Z" });
  log.add({ id: 2, date: "2026-11-22T10:31:00.123Z" });
  assert.equal(foreign, 0);
  log.add({ id: 2, date: "2026-11-22T10:32:00.123Z" });
  assert.equal(foreign, 1);
});
