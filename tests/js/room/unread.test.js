import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock, fakeStorage } from "../fakes.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";
import { createLastRead } from "../../../static/chat/room/last_read.js";
import { createUnread } from "../../../static/chat/room/unread.js";

const from = (name, ...ids) => ids.map((id) => ({ id, from: name }));

// Alice's page of a room. Her browser remembers that she read everything up to `read`.
function pageOf(shown, { read = null, seen = false, older = false, newest = shown.at(-1)?.id ?? 0 } = {}) {
  const page = { seen, own: "Alice", saved: read, saves: 0, line: null, counts: [] };
  const unread = createUnread({
    lastRead: { load: () => read, save: (id) => ((page.saved = id), (page.saves += 1)) },
    isOwn: ({ from }) => from === page.own,
    isSeen: () => page.seen,
    setLine: (id) => (page.line = id),
    onCount: (count, message) => page.counts.push([count, message?.id ?? null]),
  });
  page.opened = unread.open(shown, newest, older);
  unread.look();
  return Object.assign(page, unread, {
    tell: (messages) => messages.forEach(unread.add),
    see(seen) {
      page.seen = seen;
      unread.look();
    },
  });
}

test("at a first visit nothing is unread", () => {
  const page = pageOf(from("Bob", 1, 2), { seen: true });
  assert.deepEqual([page.count(), page.line, page.saved], [0, null, 2]);
});

test("at the next visit the line is above the first new message of others, until the reader has seen them", () => {
  const page = pageOf([...from("Bob", 1), ...from("Alice", 2), ...from("Bob", 3, 4)], { read: 1 });
  assert.deepEqual([page.count(), page.line], [2, 3]);
  page.see(true);
  assert.deepEqual([page.count(), page.line, page.saved], [0, 3, 4]);
});

test("if the page does not show all unread messages, the line is further up", () => {
  assert.equal(pageOf(from("Bob", 50, 51), { read: 7, older: true }).line, 8);
  assert.equal(pageOf(from("Bob", 50, 51), { read: 7, older: false }).line, 50);
});

test("the page knows up to where the reader had read, if anything is unread", () => {
  assert.equal(pageOf(from("Bob", 50, 51), { read: 7, older: true }).opened, 7);
  assert.equal(pageOf(from("Bob", 50), { read: 50 }).opened, null);
  assert.equal(pageOf(from("Alice", 50), { read: 7 }).opened, null);
});

test("a message that comes while the reader looks is read at once", () => {
  const page = pageOf(from("Bob", 1), { seen: true });
  page.tell(from("Bob", 2));
  assert.deepEqual([page.count(), page.line, page.saved], [0, null, 2]);
  assert.deepEqual(page.counts, [[0, null]]);
});

test("messages that come while nobody looks are counted once, below a line that stays until more come", () => {
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

test("the first unread message and its date are known until it is read", () => {
  const page = pageOf([]);
  assert.deepEqual([page.firstId(), page.since()], [undefined, undefined]);
  page.tell([{ id: 1, from: "Bob", date: "a day" }, { id: 2, from: "Bob", date: "the next day" }]);
  assert.deepEqual([page.firstId(), page.since()], [1, "a day"]);
  page.forget(1);
  assert.deepEqual([page.firstId(), page.since()], [2, "the next day"]);
});

test("a deleted message is no longer unread", () => {
  const page = pageOf(from("Bob", 1));
  page.tell(from("Bob", 2, 3));
  page.forget(2);
  assert.equal(page.count(), 1);
});

test("messages that turn out to be own ones are not unread, and the line goes on to the next one of others", () => {
  const page = pageOf([...from("Ann", 2), ...from("Bob", 3), ...from("Ann", 4), ...from("Bob", 5)], { read: 1 });
  assert.deepEqual([page.count(), page.line], [4, 2]);
  page.own = "Ann";
  page.refresh();
  assert.deepEqual([page.count(), page.line, page.counts.at(-1)], [2, 3, [2, null]]);
  page.own = "Bob";
  page.refresh();
  assert.deepEqual([page.count(), page.line, page.counts.at(-1)], [0, null, [0, null]]);
});

test("the line stays where it is while its message stays unread", () => {
  const page = pageOf([...from("Bob", 50), ...from("Ann", 51)], { read: 7, older: true });
  page.own = "Ann";
  page.refresh();
  assert.deepEqual([page.count(), page.line, page.counts.length], [1, 8, 2]);
  page.refresh();
  assert.equal(page.counts.length, 2);
});

test("messages that another tab showed are read here too", () => {
  const page = pageOf(from("Bob", 1));
  page.tell(from("Bob", 2, 3, 4));
  page.readTo(3);
  assert.equal(page.count(), 1);
});

test("an older page does not make read messages unread, and keeps the mark", () => {
  const page = pageOf(from("Bob", 1, 2), { read: 9, newest: 9, seen: true });
  assert.deepEqual([page.count(), page.saved], [0, 9]);
  page.tell(from("Bob", 10));
  assert.equal(page.saved, 10);
});

test("a mark from another database, beyond all messages, does not hide new messages", () => {
  const page = pageOf(from("Bob", 1), { read: 500 });
  page.tell(from("Bob", 2));
  assert.equal(page.count(), 1);
});

function marks(storage, room = "lobby") {
  const clock = fakeClock();
  const safe = createSafeStorage(storage);
  return { ...createLastRead({ storage: safe, room, user: "Alice", setTimeout: clock.setTimeout }), pass: clock.pass };
}

test("the mark is stored for each room, at most once a second", () => {
  const storage = fakeStorage();
  const mark = marks(() => storage);
  mark.save(1);
  mark.save(2);
  assert.equal(storage.length, 0);
  mark.pass(1_000);
  assert.equal(marks(() => storage).load(), 2);
  assert.equal(marks(() => storage, "other").load(), null);
  mark.save(3);
  mark.pass(1_000);
  assert.equal(marks(() => storage).load(), 3);
  mark.save(4);
  mark.flush(); // the page closes
  assert.equal(marks(() => storage).load(), 4);
});

test("without a storage, or with a full or broken one, nothing is stored and nothing breaks", () => {
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

test("another tab's mark is recognised among all other items in the storage", () => {
  const { readElsewhere } = marks(fakeStorage);
  assert.equal(readElsewhere({ key: 'chat read ["lobby","Alice"]', newValue: "7" }), 7);
  assert.equal(readElsewhere({ key: 'chat read ["lobby","Alice"]', newValue: null }), null);
  assert.equal(readElsewhere({ key: 'chat read ["lobby","Bob"]', newValue: "7" }), null);
  assert.equal(readElsewhere({ key: null, newValue: null }), null);
});

test("the line is above the first unread message that the page shows", () => {
  assert.equal(pageOf(from("Bob", 7, 60), { read: 7, older: true }).line, 60);
});

test("what was read before and comes again is not counted", () => {
  const page = pageOf(from("Bob", 1), { read: 2, newest: 2 });
  page.tell(from("Bob", 2));
  assert.equal(page.count(), 0);
});

test("what another tab shows is read here too", () => {
  const page = pageOf(from("Bob", 1, 2, 3), { read: 1 });
  page.readTo(3);
  assert.deepEqual(page.counts.at(-1), [0, null]);
});

test("where the reader is, is saved once", () => {
  const page = pageOf(from("Bob", 1), { seen: true });
  page.look();
  assert.equal(page.saves, 1);
});
