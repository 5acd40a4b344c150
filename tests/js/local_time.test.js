"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/local_time.js");

process.env.TZ = "Asia/Tokyo"; // nine hours ahead of UTC, all year

function shown(dateTime, now) {
  const element = { dateTime };
  chat.showLocalTime(element, new Date(now));
  return element;
}

test("a time of today is shown in the reader's zone", () => {
  const { textContent, title } = shown("2026-03-04T01:30:00.123Z", "2026-03-04T05:00:00Z");
  assert.match(textContent, /^10:30\b/);
  assert.match(title, /2026/);
});

test("a time of another day has its day, by the reader's calendar", () => {
  const { textContent } = shown("2026-03-03T14:59:59.999Z", "2026-03-03T15:00:00Z");
  assert.match(textContent, /3/);
  assert.match(textContent, /11:59/);
  assert.notEqual(shown("2026-03-03T15:00:00.000Z", "2026-03-03T15:00:00Z").textContent, textContent);
});

test("a date that can't be read is shown as it came", () => {
  assert.equal(shown("yesterday", "2026-03-04T05:00:00Z").textContent, "yesterday");
});
