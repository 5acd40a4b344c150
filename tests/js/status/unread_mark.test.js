import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeDocument } from "../fakes.js";
import { createUnreadMark } from "../../../static/chat/status/unread_mark.js";

function markOn(document) {
  const icon = {
    href: "/icon.svg",
    dataset: { unread: "/unread.svg" },
    getAttribute: () => icon.href,
    setAttribute: (_, value) => (icon.href = value),
  };
  document.title = "#lobby · Chat";
  return { ...createUnreadMark(document, icon), seen: () => [document.title, icon.href] };
}

test("unread messages of a hidden page are counted in the title, and the icon changes", () => {
  const document = fakeDocument();
  const { show, seen } = markOn(document);
  document.turn("hidden");
  assert.deepEqual(seen(), ["#lobby · Chat", "/icon.svg"]);
  show(1);
  assert.deepEqual(seen(), ["(1) #lobby · Chat", "/unread.svg"]);
  show(3);
  assert.deepEqual(seen(), ["(3) #lobby · Chat", "/unread.svg"]);
  show(0);
  assert.deepEqual(seen(), ["#lobby · Chat", "/icon.svg"]);
});

test("a visible page without the focus is marked until it has the focus", () => {
  const document = fakeDocument();
  const { show, seen } = markOn(document);
  document.focused = false;
  show(2);
  assert.deepEqual(seen(), ["(2) #lobby · Chat", "/unread.svg"]);
  document.focused = true;
  show();
  assert.deepEqual(seen(), ["#lobby · Chat", "/icon.svg"]);
});

test("a visible page has no mark, and gets it back when it is hidden with unread messages", () => {
  const document = fakeDocument();
  const { show, seen } = markOn(document);
  show(2);
  assert.deepEqual(seen(), ["#lobby · Chat", "/icon.svg"]);
  document.turn("hidden");
  assert.deepEqual(seen(), ["(2) #lobby · Chat", "/unread.svg"]);
  document.turn("visible");
  assert.deepEqual(seen(), ["#lobby · Chat", "/icon.svg"]);
});
