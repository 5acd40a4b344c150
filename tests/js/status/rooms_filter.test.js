import { beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { elementsOf, happen } from "../fake_dom.js";
import { openPage } from "../fake_page.js";
import { createRoomsFilter } from "../../../static/chat/status/rooms_filter.js";

let body;
beforeEach(() => (body = openPage()));

function page(...names) {
  const items = names.map((name) => `<li><a>${name}</a><button></button></li>`).join("");
  const html = `<form><input></form><ul>${items}<li id="opener" hidden><button></button></li></ul>`;
  body.append(...elementsOf(html).children);
  const [field, form, opener] = ["input", "form", "#opener"].map((one) => body.querySelector(one));
  const rooms = names.map((name, place) => {
    const item = body.querySelector("ul").children[place];
    return { name, item, link: item.querySelector("a") };
  });
  const opened = [];
  field.value = "";
  const filter = createRoomsFilter({
    field,
    form,
    rooms: () => rooms,
    opener,
    openerText: (name) => `Open #${name}`,
    open: (name) => opened.push(name),
  });
  return {
    field,
    opened,
    filter,
    rooms,
    type(text) {
      field.value = text;
      happen(field, "input");
    },
    shown: () => rooms.filter(({ item }) => !item.hidden).map(({ name }) => name),
    offered: () => (opener.hidden ? null : opener.textContent),
    enter: () => happen(form, "submit"),
    press(key, target = document.activeElement) {
      const event = { key, target, isPrevented: false, preventDefault: () => (event.isPrevented = true) };
      filter.press(event);
      return event;
    },
  };
}

test("the list shows the rooms that have what was typed, in whatever case", () => {
  const { type, shown, offered } = page("garden", "Old Garden", "attic");
  type(" GARD ");
  assert.deepEqual([shown(), offered()], [["garden", "Old Garden"], "Open #GARD"]);
  type("x");
  assert.deepEqual([shown(), offered()], [[], "Open #x"]);
  type("");
  assert.deepEqual([shown(), offered()], [["garden", "Old Garden", "attic"], null]);
});

test("Enter opens the listed room that matches exactly, with or without its sign", () => {
  const { type, shown, offered, enter, opened } = page("garden", "garden shed");
  for (const typed of ["garden", " garden ", "#garden"]) {
    type(typed);
    assert.equal(offered(), null);
    assert.ok(enter().isPrevented);
  }
  assert.deepEqual(opened, ["garden", "garden", "garden"]);
  type("garden");
  assert.deepEqual(shown(), ["garden", "garden shed"]);
});

test("otherwise the form goes to the room that the last row names", () => {
  const { type, offered, enter, opened } = page("garden", "#garden");
  for (const typed of ["gard", "Garden", "#garden"]) {
    type(typed);
    assert.equal(offered(), `Open #${typed}`);
    assert.ok(!enter().isPrevented);
  }
  assert.deepEqual(opened, []);
});

test("a name is found however its accents are encoded", () => {
  const { type, enter, opened } = page("caf\u00e9");
  type("cafe\u0301");
  enter();
  assert.deepEqual(opened, ["caf\u00e9"]);
});

test("the arrows go through what is shown, and back to the field", () => {
  const { type, field, press, rooms } = page("garden", "attic", "old garden");
  field.focus();
  type("gard");
  const [first, , last] = rooms.map(({ link }) => link);
  const stops = ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp"].map((key) => {
    assert.ok(press(key).isPrevented);
    return document.activeElement;
  });
  const opener = body.querySelector("#opener").querySelector("button");
  assert.deepEqual(stops, [first, last, opener, opener, last, first, field]);
});

test("in the field, the up arrow stays a key of the field, and so do both on a button", () => {
  const { field, press, rooms } = page("garden");
  field.focus();
  assert.ok(!press("ArrowUp").isPrevented);
  assert.ok(!press("ArrowDown", rooms[0].item.querySelector("button")).isPrevented);
});

test("Escape clears the field, from the list too, and closes the panel only if it is clear", () => {
  const { type, field, press, shown, rooms } = page("garden", "attic");
  type("gard");
  rooms[0].link.focus();
  assert.ok(press("Escape").isPrevented);
  assert.deepEqual([field.value, shown()], ["", ["garden", "attic"]]);
  assert.equal(document.activeElement, field);
  assert.ok(!press("Escape").isPrevented);
});

test("a key of an input method is none of ours", () => {
  const { type, field, filter } = page("garden");
  type("gard");
  filter.press({ key: "Escape", isComposing: true, target: field });
  assert.equal(field.value, "gard");
});
