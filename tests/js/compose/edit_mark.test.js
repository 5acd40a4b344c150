import { test } from "node:test";
import assert from "node:assert/strict";
import { elementsOf } from "../fake_dom.js";
import { $ } from "../fake_jquery.js";
import { add, openPage } from "../fake_page.js";
import { createEditMark } from "../../../static/chat/compose/edit_mark.js";

function page() {
  openPage();
  const $list = $(add("ol")).append(elementsOf('<li data-id="1"></li><li data-id="2"></li>'));
  const shown = [];
  $list.children().each((_, item) => (item.scrollIntoView = () => shown.push(item.dataset.id)));
  const marked = () => $list.children(".being-edited").get().map((item) => item.dataset.id);
  return { ...createEditMark($list), marked, shown };
}

test("the message that is being edited is marked and on screen", () => {
  const { mark, isMarked, marked, shown } = page();
  mark(1);
  assert.deepEqual(marked(), ["1"]);
  assert.deepEqual(shown, ["1"]);
  assert.deepEqual([isMarked(1), isMarked(2)], [true, false]);
});

test("there is one mark, and none after the edit", () => {
  const { mark, isMarked, marked } = page();
  mark(1);
  mark(2);
  assert.deepEqual(marked(), ["2"]);
  mark(null);
  assert.deepEqual(marked(), []);
  assert.ok(!isMarked(2));
});

test("a message outside the window is remembered, so that it is marked when it is drawn", () => {
  const { mark, isMarked, marked } = page();
  mark(9);
  assert.ok(isMarked(9));
  assert.deepEqual(marked(), []);
});
