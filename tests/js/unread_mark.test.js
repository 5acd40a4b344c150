"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeDocument } = require("./fakes.js");
require("../../static/chat/unread_mark.js");

function markOn(document) {
  const icon = {
    href: "/icon.svg",
    dataset: { unread: "/unread.svg" },
    getAttribute: () => icon.href,
    setAttribute: (_, value) => (icon.href = value),
  };
  document.title = "#lobby · Chat";
  return { ...chat.unreadMark(document, icon), seen: () => [document.title, icon.href] };
}

test("what comes while nobody looks is counted in the title and seen in the icon", () => {
  const document = fakeDocument();
  const { show, seen } = markOn(document);
  document.turn("hidden");
  show(1);
  show(3);
  assert.deepEqual(seen(), ["(3) #lobby · Chat", "/unread.svg"]);
  show(0);
  assert.deepEqual(seen(), ["#lobby · Chat", "/icon.svg"]);
});

test("who looks needs no mark, and gets it back on leaving with unread messages", () => {
  const document = fakeDocument();
  const { show, seen } = markOn(document);
  show(2);
  assert.deepEqual(seen(), ["#lobby · Chat", "/icon.svg"]);
  document.turn("hidden");
  assert.deepEqual(seen(), ["(2) #lobby · Chat", "/unread.svg"]);
  document.turn("visible");
  assert.deepEqual(seen(), ["#lobby · Chat", "/icon.svg"]);
});
