"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeClock, fakeStorage } = require("./fakes.js");
require("../../static/chat/last_read.js");
require("../../static/chat/safe_storage.js");
require("../../static/chat/unread.js");

const from = (name, ...ids) => ids.map((id) => ({ id, from: name }));

// Alice's page of a room, of which she remembers to have read everything up to `read`.
function pageOf(shown, { read = null, seen = false, older = false, newest = shown.at(-1)?.id ?? 0 } = {}) {
  const page = { seen, saved: read, line: null, counts: [] };
  const unread = chat.unread({
    lastRead: { load: () => read, save: (id) => (page.saved = id) },
    user: "Alice",
    isSeen: () => page.seen,
    setLine: (id) => (page.line = id),
    onCount: (count, message) => page.counts.push([count, message?.id ?? null]),
  });
  unread.open(shown, newest, older);
  return Object.assign(page, unread, {
    tell: (messages) => messages.forEach(unread.told),
    see(seen) {
      page.seen = seen;
      unread.look();
    },
  });
}

test("whoever comes for the first time has nothing unread", () => {
  const page = pageOf(from("Bob", 1, 2), { seen: true });
  assert.deepEqual([page.count(), page.line, page.saved], [0, null, 2]);
});

test("whoever comes back finds the line above the first new message of others, and has then read them", () => {
  const page = pageOf([...from("Bob", 1), ...from("Alice", 2), ...from("Bob", 3, 4)], { read: 1 });
  assert.deepEqual([page.count(), page.line], [2, 3]);
  page.see(true);
  assert.deepEqual([page.count(), page.line, page.saved], [0, 3, 4]);
});

test("when more is unread than the page shows, the line is farther up", () => {
  assert.equal(pageOf(from("Bob", 50, 51), { read: 7, older: true }).line, 8);
  assert.equal(pageOf(from("Bob", 50, 51), { read: 7, older: false }).line, 50);
});

test("what comes while one looks is read at once", () => {
  const page = pageOf(from("Bob", 1), { seen: true });
  page.tell(from("Bob", 2));
  assert.deepEqual([page.count(), page.line, page.saved], [0, null, 2]);
  assert.deepEqual(page.counts, [[0, null]]);
});

test("what comes meanwhile is counted, each once, below a line that stays until more comes", () => {
  const page = pageOf(from("Bob", 1), { seen: true });
  page.see(false);
  page.tell([...from("Bob", 2, 3, 3), ...from("Alice", 4)]);
  assert.deepEqual([page.count(), page.line, page.saved], [2, 2, 1]);
  assert.deepEqual(page.counts.slice(1), [[1, 2], [2, 3]]);
  page.see(true);
  assert.deepEqual([page.count(), page.line, page.saved], [0, 2, 4]);
  page.see(false);
  page.tell(from("Bob", 5));
  assert.equal(page.line, 5);
});

test("a deleted message is not unread any more", () => {
  const page = pageOf(from("Bob", 1));
  page.tell(from("Bob", 2, 3));
  page.forget(2);
  assert.equal(page.count(), 1);
});

test("what was read in another tab is read here", () => {
  const page = pageOf(from("Bob", 1));
  page.tell(from("Bob", 2, 3, 4));
  page.readTo(3);
  assert.equal(page.count(), 1);
});

test("an older page does not make unread what was read, and leaves the mark", () => {
  const page = pageOf(from("Bob", 1, 2), { read: 9, newest: 9, seen: true });
  assert.deepEqual([page.count(), page.saved], [0, 9]);
  page.tell(from("Bob", 10));
  assert.equal(page.saved, 10);
});

test("a mark from another database, beyond all messages, hides nothing that comes", () => {
  const page = pageOf(from("Bob", 1), { read: 500 });
  page.tell(from("Bob", 2));
  assert.equal(page.count(), 1);
});

function marks(storage, room = "lobby") {
  const clock = fakeClock();
  const safe = chat.safeStorage(storage);
  return { ...chat.lastRead({ storage: safe, room, user: "Alice", setTimeout: clock.setTimeout }), pass: clock.pass };
}

test("the mark is remembered for the room, and written once a second at most", () => {
  const storage = fakeStorage();
  const mark = marks(() => storage);
  mark.save(1);
  mark.save(2);
  assert.equal(storage.length, 0);
  mark.pass(1_000);
  assert.equal(marks(() => storage).load(), 2);
  assert.equal(marks(() => storage, "other").load(), null);
  mark.save(3);
  mark.flush(); // the page goes
  assert.equal(marks(() => storage).load(), 3);
});

test("without a storage, with a full one or with nonsense in it nothing is remembered and nothing breaks", () => {
  const storage = fakeStorage();
  storage.setItem('chat read ["lobby","Alice"]', "-1e3");
  assert.equal(marks(() => storage).load(), null);
  storage.full = true;
  const forbidden = () => {
    throw new Error("SecurityError");
  };
  for (const mark of [marks(() => storage), marks(() => null), marks(forbidden)]) {
    assert.equal(mark.load(), null);
    mark.save(1);
    mark.pass(1_000);
  }
});

test("another tab's mark is told apart from everything else in the storage", () => {
  const { readElsewhere } = marks(fakeStorage);
  assert.equal(readElsewhere({ key: 'chat read ["lobby","Alice"]', newValue: "7" }), 7);
  assert.equal(readElsewhere({ key: 'chat read ["lobby","Alice"]', newValue: null }), null);
  assert.equal(readElsewhere({ key: 'chat read ["lobby","Bob"]', newValue: "7" }), null);
  assert.equal(readElsewhere({ key: null, newValue: null }), null);
});
