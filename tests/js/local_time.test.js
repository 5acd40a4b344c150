"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
process.env.TZ = "Asia/Tokyo"; // nine hours ahead of UTC, all year
require("../../static/chat/local_time.js");
require("../../static/chat/words.js");

const at = (now) => chat.localTime({ words: chat.words, now: () => new Date(now) });

function shown(dateTime) {
  const element = { dateTime };
  at("2026-03-04T05:00:00Z").show(element);
  return element;
}

test("a time is shown in the reader's zone, and all of the date in its title", () => {
  const { textContent, title } = shown("2026-03-03T15:30:00.123Z");
  assert.match(textContent, /^(00|12):30\b/);
  assert.match(title, /4.*2026/);
});

test("a date that can't be read is shown as it came", () => {
  assert.equal(shown("yesterday").textContent, "yesterday");
  assert.equal(shown("yesterday").title, undefined);
});

test("a day is one of the reader's calendar", () => {
  const { dayOf } = at("2026-03-04T05:00:00Z");
  assert.equal(dayOf("2026-03-03T15:00:00.000Z"), dayOf("2026-03-04T14:59:59.999Z"));
  assert.notEqual(dayOf("2026-03-03T15:00:00.000Z"), dayOf("2026-03-03T14:59:59.999Z"));
});

test("today and yesterday have names, another day has its date", () => {
  const { dayOf, dayName } = at("2026-03-01T05:00:00Z");
  assert.equal(dayName(dayOf("2026-02-28T15:00:00Z")), "Today");
  assert.equal(dayName(dayOf("2026-02-28T14:59:00Z")), "Yesterday");
  assert.match(dayName(dayOf("2026-02-27T14:59:00Z")), /27.*2026/);
  assert.equal(dayName(dayOf("never")), "");
});
