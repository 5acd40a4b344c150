import { test } from "node:test";
import assert from "node:assert/strict";
import { deferred, fakeClock, fakeStorage, settled } from "../fakes.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";
import { createAskRooms } from "../../../static/chat/status/ask_rooms.js";
import { createRoomLines } from "../../../static/chat/status/room_lines.js";

const said = (id) => ({ id, from: "Ann", text: `text ${id}`, date: "2026-11-22" });

// `has` are the server's rooms: their messages, oldest first. `read` is what the person has read.
function page({ rooms, has = {}, read = {} }) {
  const clock = fakeClock();
  const browser = fakeStorage();
  const storage = createSafeStorage(() => browser);
  const lines = createRoomLines({ storage, now: clock.now });
  const asked = [];
  const page = { lines, asked, clock, answers: 0, answer: null };
  page.tab = () =>
    createAskRooms({
      rooms: () => rooms,
      async ask(room, query) {
        asked.push(`${room} ${new URLSearchParams(query)}`);
        if (page.answer) return page.answer(room);
        const all = has[room] ?? [];
        const messages = query.after === undefined ? all.slice(-1) : all.filter(({ id }) => id > query.after);
        return { messages: messages.slice(0, query.limit) };
      },
      lines,
      lastRead: (room) => read[room] ?? null,
      onAnswer: () => (page.answers += 1),
      now: clock.now,
    });
  return page;
}

const ids = (n) => Array.from({ length: n }, (_, place) => said(place + 1));

test("a room's line is its newest message, with the messages behind the last one that was read", async () => {
  const { tab, lines, asked } = page({ rooms: ["a", "b", "c", "d"], has: { a: ids(5), b: ids(5), c: ids(5) }, read: { a: 2, b: 5 } });
  await tab().look();
  const shown = ["a", "b", "c", "d"].map((room) => lines.read(room)).map(({ id, count }) => [id, count]);
  assert.deepEqual(shown, [[5, 3], [5, 0], [5, 0], [undefined, 0]]);
  assert.deepEqual(asked, ["a limit=1", "a after=2&limit=100", "b limit=1", "c limit=1", "d limit=1"]);
});

test("it counts at most a hundred", async () => {
  const { tab, lines } = page({ rooms: ["a"], has: { a: ids(500) }, read: { a: 1 } });
  await tab().look();
  assert.equal(lines.read("a").count, 100);
});

test("it asks at most once a minute for a room, whichever tab asks", async () => {
  const { tab, asked, clock } = page({ rooms: ["a"] });
  const [one, other] = [tab(), tab()];
  await one.look();
  await other.look();
  clock.pass(59_000);
  await one.look();
  assert.equal(asked.length, 1);
  clock.pass(1_000);
  await other.look();
  assert.equal(asked.length, 2);
});

test("it asks for a dozen rooms, and for one at a time", async () => {
  const found = page({ rooms: Array.from({ length: 30 }, (_, n) => `room ${n}`) });
  const first = deferred();
  found.answer = () => first.promise;
  const one = found.tab();
  const looking = one.look();
  one.look();
  await settled();
  assert.equal(found.asked.length, 1);
  first.resolve({ messages: [] });
  await looking;
  assert.deepEqual([found.asked.length, found.answers], [12, 12]);
});

test("what fails leaves what was shown, does not stop the others, and is not asked again within the minute", async () => {
  const found = page({ rooms: ["a", "b"] });
  found.lines.write("a", said(3), 2);
  found.clock.pass(60_000);
  for (const wrong of [{}, { messages: 7 }]) {
    found.answer = (room) => (room === "a" ? wrong : { messages: [said(9)] });
    await found.tab().look();
    assert.equal(found.lines.read("a").id, 3);
    assert.equal(found.lines.read("b").id, 9);
  }
  found.answer = () => Promise.reject(new Error());
  const one = found.tab();
  await one.look();
  const before = found.asked.length;
  await one.look();
  assert.equal(found.asked.length, before);
});

test("a room that was cleared meanwhile loses its line", async () => {
  const found = page({ rooms: ["a"] });
  found.lines.write("a", said(3), 2);
  found.clock.pass(60_000);
  await found.tab().look();
  assert.deepEqual([found.lines.read("a").id, found.lines.read("a").count], [undefined, 0]);
});

test("something that is no message is no line", async () => {
  const found = page({ rooms: ["a"] });
  found.answer = () => ({ messages: [{ id: "<b>" }] });
  await found.tab().look();
  assert.equal(found.lines.read("a").id, undefined);
});

test("a room that the person may not read any more has no line, and is asked again after a minute", async () => {
  for (const status of [401, 403]) {
    const one = page({ rooms: ["a", "b"], has: { a: ids(5), b: ids(5) } });
    one.lines.write("a", said(4), 1);
    one.clock.pass(60_000);
    one.answer = () => Promise.reject({ status });
    const tab = one.tab();
    await tab.look();
    assert.deepEqual(one.lines.read("a"), { count: 0, at: one.clock.now() });
    assert.equal(one.answers, 2);
    await tab.look();
    assert.equal(one.asked.length, 2);
    one.answer = null;
    one.clock.pass(60_000);
    await tab.look();
    assert.equal(one.lines.read("a").text, "text 5");
  }
});

test("any other failure leaves the line as it was", async () => {
  for (const status of [0, 404, 429, 503]) {
    const one = page({ rooms: ["a"] });
    one.lines.write("a", said(4), 1);
    one.clock.pass(60_000);
    one.answer = () => Promise.reject({ status });
    await one.tab().look();
    assert.equal(one.lines.read("a").text, "text 4");
  }
});
