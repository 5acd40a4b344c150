import { test } from "node:test";
import assert from "node:assert/strict";
import { elementsOf, happen } from "../fake_dom.js";
import { openPage } from "../fake_page.js";
import { connectLanguage } from "../../../static/chat/status/language.js";

test("a choice is sent at once, so that the button is not needed", () => {
  openPage();
  const form = elementsOf("<form><select></select><button></button></form>").firstElementChild;
  const done = [];
  form.requestSubmit = () => done.push("sent");
  form.reset = () => done.push("reset");
  connectLanguage(form);
  assert.equal(form.querySelector("button").hidden, true);
  assert.deepEqual(done, []);
  happen(form.querySelector("select"), "change");
  assert.deepEqual(done, ["sent", "reset"]);
});
