import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock, fakeStorage } from "../fakes.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";
import { createRoomLines } from "../../../static/chat/status/room_lines.js";

const ann = { id: 7, from: "Ann", text: "Hello", date: "2026-11-22" };

function browser() {
  const clock = fakeClock();
  const storage = fakeStorage();
  const tab = () => createRoomLines({ storage: createSafeStorage(() => storage), now: clock.now, setTimeout: clock.setTimeout });
  return { storage, clock, tab };
}

test("a line that one tab wrote is there for the others", () => {
  const { tab, clock } = browser();
  tab().write("lobby", ann, 3);
  assert.deepEqual(tab().read("lobby"), { ...ann, count: 3, at: clock.now() });
  assert.equal(tab().read("attic"), null);
});

test("a room without messages has a line without one", () => {
  const { tab, clock } = browser();
  tab().write("lobby", ann, 3);
  tab().write("lobby", null, 0);
  assert.deepEqual(tab().read("lobby"), { count: 0, at: clock.now() });
});

test("of many lines within a second the last is written, and at once when the page closes", () => {
  const { tab, storage, clock } = browser();
  const lines = tab();
  let writes = 0;
  const { setItem } = storage;
  storage.setItem = (...item) => ((writes += 1), setItem.apply(storage, item));
  for (let id = 1; id <= 300; id += 1) lines.writeSoon("lobby", { ...ann, id }, id);
  assert.equal(writes, 0);
  clock.pass(1_000);
  assert.deepEqual([writes, lines.read("lobby").id], [1, 300]);
  lines.writeSoon("lobby", { ...ann, id: 301 }, 0);
  lines.flush();
  clock.pass(1_000);
  assert.deepEqual([writes, lines.read("lobby").id], [2, 301]);
  lines.writeSoon("lobby", { ...ann, id: 302 }, 0);
  clock.pass(1_000);
  assert.deepEqual([writes, lines.read("lobby").id], [3, 302]);
});

test("a long text is cut, between two characters", () => {
  const { tab } = browser();
  tab().write("lobby", { ...ann, text: `${"x".repeat(159)}🦀 and on` }, 0);
  const { text } = tab().read("lobby");
  assert.equal(text.slice(0, 159), "x".repeat(159));
  assert.ok(text.isWellFormed() && text.length <= 160);
});

for (const kept of ["", "{", "null", "7", "{}", '{"count":"<b>","at":1}', '{"count":1,"at":null}', '{"id":1,"count":1,"at":1}']) {
  test(`what something else wrote is no line: ${kept}`, () => {
    const { tab, storage } = browser();
    storage.setItem('chat line "lobby"', kept);
    assert.equal(tab().read("lobby"), null);
  });
}

test("lines of rooms that are no longer listed are removed, and nothing else", () => {
  const { tab, storage } = browser();
  storage.setItem("chat name", "Ann");
  const lines = tab();
  ["lobby", "attic"].forEach((room) => lines.write(room, ann, 0));
  lines.keepOnly(["attic", "den"]);
  assert.deepEqual([lines.read("lobby"), lines.read("attic").id], [null, 7]);
  assert.equal(storage.getItem("chat name"), "Ann");
});

test("only lines, and an emptied storage, are news about lines", () => {
  const { isAbout } = browser().tab();
  assert.deepEqual(['chat line "lobby"', null, "chat name"].map((key) => isAbout({ key })), [true, true, false]);
});

test("a forgotten line is gone, also one that waits to be written", () => {
  const { tab, storage, clock } = browser();
  const lines = tab();
  lines.write("lobby", ann, 3);
  lines.writeSoon("lobby", ann, 4);
  lines.forget("lobby");
  clock.pass(1_000);
  assert.deepEqual([lines.read("lobby"), storage.length], [null, 0]);
});

test("a line that another reader has left is none, and is written anew", () => {
  const { storage, clock } = browser();
  const linesOf = (reader) => createRoomLines({ storage: createSafeStorage(() => storage), reader, now: clock.now });
  linesOf("Ann").write("lobby", ann, 3);
  assert.equal(linesOf("Ann").read("lobby").text, "Hello");
  for (const other of ["Bob", undefined]) assert.equal(linesOf(other).read("lobby"), null);
  linesOf("Bob").write("lobby", null, 0);
  assert.equal(linesOf("Bob").read("lobby").count, 0);
});

test("whoever is not signed in reads only what others like him have left", () => {
  const { storage, clock } = browser();
  const linesOf = (reader) => createRoomLines({ storage: createSafeStorage(() => storage), reader, now: clock.now });
  linesOf("Ann").write("lobby", ann, 3);
  assert.equal(linesOf(undefined).read("lobby"), null);
  linesOf(undefined).write("lobby", ann, 3);
  assert.equal(linesOf(undefined).read("lobby").text, "Hello");
});

test("the lines of another reader are removed, not only hidden", () => {
  const { storage, clock } = browser();
  const linesOf = (reader) => createRoomLines({ storage: createSafeStorage(() => storage), reader, now: clock.now });
  ["lobby", "attic"].forEach((room) => linesOf("Ann").write(room, ann, 0));
  linesOf("Bob").write("attic", ann, 0);
  linesOf("Bob").keepOnly(["lobby", "attic"]);
  assert.deepEqual([storage.length, storage.getItem('chat line "lobby"')], [1, null]);
});
