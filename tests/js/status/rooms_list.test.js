import { test } from "node:test";
import assert from "node:assert/strict";
import { click, elementsOf } from "../fake_dom.js";
import { $ } from "../fake_jquery.js";
import { add, openPage, templateOf } from "../fake_page.js";
import { createRoomsList } from "../../../static/chat/status/rooms_list.js";

// The page of the room "den". `rooms` are those that the person visited, `counts` their unread messages, `lines` their
// last lines, and `order` the order that this tab kept.
function page(rooms, counts = {}, { lines = {}, order = [] } = {}) {
  openPage();
  const drawn = elementsOf('<li><a aria-current="page">#<bdi>den</bdi></a></li><li id="opener"></li>');
  const $list = $(add("ol")).append(drawn);
  const entered = [];
  let left = 0;
  const list = createRoomsList({
    $,
    $list,
    $end: $("#opener"),
    template: templateOf("room.html", "room-link"),
    recentRooms: {
      rooms: () => rooms,
      forget: (room) => (rooms = rooms.filter((other) => other !== room)),
      order: () => order,
      keepOrder: (names) => (order = names),
    },
    lineOf: (room) => lines[room] ?? null,
    countOf: (room) => counts[room] ?? 0,
    showTime: (element) => (element.textContent = `at ${element.dateTime}`),
    addressOf: (room) => `/${room}`,
    enter: (room, { ctrlKey }) => entered.push([room, ctrlKey]),
    room: "den",
    leave: () => (left += 1),
  });
  const names = () => $list.find(".name").get().map(({ textContent }) => textContent);
  list.draw();
  return {
    $list,
    list,
    counts,
    lines,
    entered,
    names,
    order: () => order,
    visit: (...visited) => (rooms = visited),
    left: () => left,
    entry: (room) => $($list.children().get()[names().indexOf(room)]),
  };
}

test("the open room is among those that the person visited, once, and marked", () => {
  const { names, entry, $list } = page(["b", "den", "a"]);
  assert.deepEqual(names(), ["b", "den", "a"]);
  assert.deepEqual($list.find("[aria-current]").get(), entry("den").find("a").get());
  assert.equal(entry("a").find("a").attr("href"), "/a");
  assert.equal(entry("a").find("button").attr("aria-label"), "Remove #a from the list");
  assert.equal(entry("den").find("button").length, 0);
  assert.equal($list.children().last().attr("id"), "opener");
  assert.deepEqual(page(["b", "a"]).names(), ["den", "b", "a"]);
});

test("a room keeps its place while the page is open, and a new one comes last", () => {
  const { list, names, visit, entry } = page(["b", "den", "a"]);
  const [before] = entry("a");
  visit("c", "a", "den", "b");
  list.draw();
  assert.deepEqual(names(), ["b", "den", "a", "c"]);
  assert.equal(entry("a")[0], before);
  visit("c", "a");
  list.draw();
  assert.deepEqual(names(), ["den", "a", "c"]);
});

test("a page that opens keeps the order of its tab, and shows new rooms first", () => {
  const { names, order } = page(["a", "den", "c", "b"], {}, { order: ["gone", "b", "a", "den"] });
  assert.deepEqual(names(), ["c", "b", "a", "den"]);
  assert.deepEqual(order(), names());
});

test("a room shows its last line and its time, until that message is gone", () => {
  const line = { from: "Ann", text: "Hi <b>\nyou", date: "2026-11-22" };
  const { list, lines, entry } = page(["a", "b"], {}, { lines: { a: line, den: { ...line, text: "Here" } } });
  const shown = (room) => ["time", ".last"].map((name) => entry(room).find(name)).map(($one) => !$one[0].hidden && $one.text());
  assert.deepEqual(shown("a"), ["at 2026-11-22", "\u2068Ann\u2069: Hi <b>\nyou"]);
  assert.deepEqual(shown("den"), ["at 2026-11-22", "\u2068Ann\u2069: Here"]);
  assert.deepEqual(shown("b"), [false, false]);
  assert.equal(entry("a").find(".last").attr("dir"), "ltr");
  lines.a = { ...line, from: "Ann", text: "1. مرحبا" };
  list.draw();
  assert.equal(entry("a").find(".last").attr("dir"), "rtl"); // the text decides, not the name
  delete lines.a;
  list.draw();
  assert.deepEqual(shown("a"), [false, false]);
});

test("the list tells the field which rooms it has", () => {
  const { list, entry } = page(["a"]);
  assert.deepEqual(list.rooms().map(({ name }) => name), ["den", "a"]);
  assert.equal(list.rooms()[1].item, entry("a")[0]);
  assert.equal(list.rooms()[1].link, entry("a").find("a")[0]);
});

test("a room shows how many messages are unread, at most 99, and nothing if there is none", () => {
  const { list, counts, entry } = page(["a", "b", "c", "d"], { a: 1, b: 99, c: 100, den: 5 });
  const shown = (room) => [".badge", ".unseen"].map((name) => entry(room).find(name).text());
  const isHidden = (room) => entry(room).find(".badge")[0].hidden;
  assert.deepEqual(shown("a"), ["1", "1 unread message"]);
  assert.deepEqual(shown("b"), ["99", "99 unread messages"]);
  assert.deepEqual(shown("c"), ["99+", "100 unread messages"]);
  assert.deepEqual(shown("d"), ["", ""]);
  assert.deepEqual(shown("den"), ["", ""]); // it is open
  assert.deepEqual(["a", "b", "c", "d"].map(isHidden), [false, false, false, true]);
  delete counts.a;
  list.draw();
  assert.deepEqual(shown("a"), ["", ""]);
  assert.ok(isHidden("a"));
});

test("a click on a room enters it, and the page learns how it was clicked", () => {
  const { entered, entry } = page(["a", "b"]);
  click(entry("b").find("a")[0], { ctrlKey: true });
  assert.deepEqual(entered, [["b", true]]);
});

test("a room that was removed goes, and the focus moves to the next one, or to the one before", () => {
  const { names, entry, left } = page(["a", "b", "c"]);
  const remove = (room) => click(entry(room).find("button")[0]);
  const focused = () => $(":focus").attr("aria-label");
  remove("b");
  assert.deepEqual(names(), ["den", "a", "c"]);
  assert.equal(focused(), "Remove #c from the list");
  remove("c");
  assert.equal(focused(), "Remove #a from the list");
  assert.equal(left(), 0);
  remove("a");
  assert.deepEqual(names(), ["den"]);
  assert.equal(left(), 1);
});

test("the focus stays where it is when another room comes or goes", () => {
  const { list, visit, entry } = page(["a", "b"]);
  const [link] = entry("b").find("a");
  document.activeElement = link;
  visit("b", "c");
  list.draw();
  assert.equal(document.activeElement, link);
});

test("whoever forgets a room goes on at the next one that is shown, or leaves the list", () => {
  const { entry, left } = page(["a", "b"]);
  entry("b")[0].hidden = true;
  click(entry("a").find("button")[0]);
  assert.equal(left(), 1);
});
