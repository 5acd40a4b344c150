import { test } from "node:test";
import assert from "node:assert/strict";
import { takeTyping } from "../../../static/chat/compose/take_typing.js";

// Returns whether the field gets the focus. own: the key goes to an element that uses it.
function press(key, { own = false, ...more } = {}) {
  const document = new EventTarget();
  let focused = false;
  takeTyping(document, { focus: () => (focused = true) });
  const event = Object.assign(new Event("keydown"), { key, ...more });
  Object.defineProperty(event, "target", { value: { closest: () => (own ? {} : null) } });
  document.dispatchEvent(event);
  return focused;
}

test("what is typed or pasted anywhere goes to the field", () => {
  for (const key of ["a", "Z", "7", "é", "日", "Process", "Dead"]) assert.equal(press(key), true, key);
  assert.equal(press("A", { shiftKey: true }), true);
  assert.equal(press("v", { ctrlKey: true }), true);
  assert.equal(press("v", { metaKey: true }), true);
});

test("keys that scroll, move or command stay where they are", () => {
  for (const key of [" ", "Enter", "Tab", "ArrowUp", "PageDown", "Escape", "F5", "Shift", undefined]) {
    assert.equal(press(key), false, key);
  }
  for (const key of ["ctrlKey", "metaKey", "altKey"]) assert.equal(press("c", { [key]: true }), false);
});

test("an element that uses keys keeps them", () => {
  assert.equal(press("a", { own: true }), false);
});
