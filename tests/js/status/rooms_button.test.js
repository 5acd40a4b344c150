import { test } from "node:test";
import assert from "node:assert/strict";
import { elementsOf } from "../fake_dom.js";
import { $ } from "../fake_jquery.js";
import { openPage } from "../fake_page.js";
import { createRoomsButton } from "../../../static/chat/status/rooms_button.js";

test("the button says how many messages are unread in other rooms, and loses that when they are read", () => {
  openPage();
  const html = '<button aria-label="Rooms" title="Rooms"><span class="dot" hidden></span></button>';
  const $button = $(elementsOf(html).content.firstElementChild);
  const counts = new Map();
  const { draw } = createRoomsButton({ $button, counts: () => counts });
  const seen = () => [$button.attr("aria-label"), $button.attr("title"), $button.find(".dot")[0].hidden];
  draw();
  assert.deepEqual(seen(), ["Rooms", "Rooms", true]);
  counts.set("garden", 2).set("den", 1).set("attic", 0);
  draw();
  assert.deepEqual(seen(), ["Rooms, 3 unread messages", "Rooms, 3 unread messages", false]);
  counts.clear();
  draw();
  assert.deepEqual(seen(), ["Rooms", "Rooms", true]);
});
