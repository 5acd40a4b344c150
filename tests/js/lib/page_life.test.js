import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock } from "../fakes.js";
import { followPage } from "../../../static/chat/lib/page_life.js";

function page() {
  const clock = fakeClock();
  const window = new EventTarget();
  const heard = [];
  followPage(window, {
    onClose: () => heard.push("close"),
    onReturn: () => heard.push("return"),
    setTimeout: clock.setTimeout,
  });
  const tell = (name, persisted) => window.dispatchEvent(Object.assign(new Event(name), { persisted }));
  return { tell, heard, pass: clock.pass };
}

test("a page that comes out of the back-forward cache returns once", () => {
  const { tell, heard, pass } = page();
  tell("pageshow", false); // at the first load
  tell("pagehide", true);
  pass(60_000);
  assert.deepEqual(heard, ["close"]);
  tell("pageshow", true);
  assert.deepEqual(heard, ["close", "return"]);
});

test("a page that lives on although it was not to be kept returns after a second", () => {
  const { tell, heard, pass } = page();
  tell("pagehide", false);
  pass(999);
  assert.deepEqual(heard, ["close"]);
  pass(1);
  assert.deepEqual(heard, ["close", "return"]);
});
