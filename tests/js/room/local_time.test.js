import { test } from "node:test";
import assert from "node:assert/strict";
import { createLocalTime } from "../../../static/chat/room/local_time.js";
process.env.TZ = "Asia/Tokyo"; // nine hours ahead of UTC, all year

const at = (now) => createLocalTime({ now: () => new Date(now) });

function shown(dateTime) {
  const element = { dateTime };
  at("2026-03-04T05:00:00Z").show(element);
  return element;
}

test("a time is shown in the reader's time zone, with the full date in its title", () => {
  const { textContent, title } = shown("2026-03-03T15:30:00.123Z");
  assert.match(textContent, /^(00|12):30\b/);
  assert.match(title, /4.*2026/);
});

test("a date that can't be read is shown as it is", () => {
  assert.equal(shown("yesterday").textContent, "yesterday");
  assert.equal(shown("yesterday").title, undefined);
});

test("in little space, another day is shown without its time", () => {
  const brief = (dateTime) => {
    const element = { dateTime };
    at("2026-03-04T05:00:00Z").showBrief(element);
    return element;
  };
  assert.match(brief("2026-03-03T15:30:00.123Z").textContent, /^(00|12):30\b/);
  assert.match(brief("2026-03-03T14:30:00.123Z").textContent, /^(Mar 3|3 Mar)$/);
  assert.match(brief("2026-03-03T14:30:00.123Z").title, /2026/);
  assert.equal(brief("yesterday").textContent, "yesterday");
});

test("days are those of the reader's time zone", () => {
  const { dayOf } = at("2026-03-04T05:00:00Z");
  assert.equal(dayOf("2026-03-03T15:00:00.000Z"), dayOf("2026-03-04T14:59:59.999Z"));
  assert.notEqual(dayOf("2026-03-03T15:00:00.000Z"), dayOf("2026-03-03T14:59:59.999Z"));
});

test("a moment of today has no date, and any other one has", () => {
  const { moment } = at("2026-03-04T05:00:00Z");
  assert.match(moment("2026-03-03T15:30:00Z"), /^(00|12):30( AM)?$/);
  assert.match(moment("2026-03-03T14:30:00Z"), /3.*2026.*(23|11):30/);
});

test("today and yesterday have names, and other days have dates", () => {
  const { dayOf, dayName } = at("2026-03-01T05:00:00Z");
  assert.equal(dayName(dayOf("2026-02-28T15:00:00Z")), "Today");
  assert.equal(dayName(dayOf("2026-02-28T14:59:00Z")), "Yesterday");
  assert.match(dayName(dayOf("2026-02-27T14:59:00Z")), /27.*2026/);
  assert.equal(dayName(dayOf("never")), "");
});
