import { test } from "node:test";
import assert from "node:assert/strict";
import { click, elementsOf } from "../fake_dom.js";
import { $ } from "../fake_jquery.js";
import { add, openPage, templateOf } from "../fake_page.js";
import { createRoomsList } from "../../../static/chat/status/rooms_list.js";

// The page of the room "den". `rooms` are those that the person visited, and `counts` their unread messages.
function page(rooms, counts = {}) {
  openPage();
  const $list = $(add("ol")).append(elementsOf("<li>#den</li>"));
  const entered = [];
  let left = 0;
  const list = createRoomsList({
    $,
    $list,
    template: templateOf("room.html", "room-link"),
    recentRooms: {
      rooms: () => rooms,
      forget: (room) => (rooms = rooms.filter((other) => other !== room)),
    },
    unread: { counts: () => new Map(Object.entries(counts)) },
    addressOf: (room) => `/${room}`,
    enter: (room, { ctrlKey }) => entered.push([room, ctrlKey]),
    room: "den",
    leave: () => (left += 1),
  });
  const names = () => $list.find("bdi").get().map(({ textContent }) => textContent);
  list.draw();
  return {
    list,
    counts,
    entered,
    names,
    visit: (...visited) => (rooms = visited),
    left: () => left,
    entry: (room) => $($list.children().get()[1 + names().indexOf(room)]),
  };
}

test("the rooms stand below the open one, which is not among them, as they were visited", () => {
  const { names, entry } = page(["b", "den", "a"]);
  assert.deepEqual(names(), ["b", "a"]);
  assert.equal(entry("a").find("a").attr("href"), "/a");
  assert.equal(entry("a").find("button").attr("aria-label"), "Remove #a from the list");
});

test("a room keeps its place while the page is open, and a new one comes last", () => {
  const { list, names, visit, entry } = page(["b", "a"]);
  const [before] = entry("a");
  visit("c", "a", "b");
  list.draw();
  assert.deepEqual(names(), ["b", "a", "c"]);
  assert.equal(entry("a")[0], before);
  visit("c", "a");
  list.draw();
  assert.deepEqual(names(), ["a", "c"]);
});

test("a room shows how many messages are unread, at most 99, and nothing if there is none", () => {
  const { list, counts, entry } = page(["a", "b", "c", "d"], { a: 1, b: 99, c: 100 });
  const shown = (room) => [".count", ".unseen"].map((name) => entry(room).find(name).text());
  const isHidden = (room) => entry(room).find(".badge")[0].hidden;
  assert.deepEqual(shown("a"), ["1", "1 unread message"]);
  assert.deepEqual(shown("b"), ["99", "99 unread messages"]);
  assert.deepEqual(shown("c"), ["99+", "100 unread messages"]);
  assert.deepEqual(shown("d"), ["", ""]);
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
  assert.deepEqual(names(), ["a", "c"]);
  assert.equal(focused(), "Remove #c from the list");
  remove("c");
  assert.equal(focused(), "Remove #a from the list");
  assert.equal(left(), 0);
  remove("a");
  assert.deepEqual(names(), []);
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
