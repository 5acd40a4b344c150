import { test } from "node:test";
import assert from "node:assert/strict";
import { keepAboveKeyboard } from "../../../static/chat/compose/above_keyboard.js";

// A phone's page of 390 by 844 on which a keyboard may open. seen(): what the stylesheet gets.
function phone() {
  const viewport = Object.assign(new EventTarget(), { height: 844, offsetTop: 0, scale: 1 });
  const values = {};
  const style = { setProperty: (name, value) => (values[name] = value) };
  const root = { clientHeight: 844, dataset: {}, style };
  keepAboveKeyboard({ root, viewport });
  return {
    root,
    seen: () => [root.dataset.keyboard, values["--seen-height"], values["--seen-top"]],
    change(now, event = "resize") {
      Object.assign(viewport, now);
      viewport.dispatchEvent(new Event(event));
    },
  };
}

test("while a keyboard covers the page, the page is as high as what is left, and there", () => {
  const { seen, change } = phone();
  assert.deepEqual(seen(), [undefined, undefined, undefined]);
  change({ height: 508 });
  assert.deepEqual(seen(), ["open", "508px", "0px"]);
  change({ offsetTop: 120 }, "scroll");
  assert.deepEqual(seen(), ["open", "508px", "120px"]);
  change({ height: 844, offsetTop: 0 });
  assert.equal(seen()[0], undefined);
});

test("a keyboard that leaves little is called low", () => {
  const { root, seen, change } = phone();
  root.clientHeight = 390;
  change({ height: 170 });
  assert.deepEqual(seen(), ["low", "170px", "0px"]);
});

test("who zooms in does not change the page", () => {
  const { seen, change } = phone();
  change({ height: 422, scale: 2, offsetTop: 200 });
  assert.deepEqual(seen(), [undefined, undefined, undefined]);
});

test("a keyboard that changes the page itself needs nothing", () => {
  const { root, seen, change } = phone();
  root.clientHeight = 508;
  change({ height: 508 });
  assert.equal(seen()[0], undefined);
});
