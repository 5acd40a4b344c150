"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/event_ids.js");

const read = (text) => Object.fromEntries(chat.readEventId(text));

test("an id of several channels is read and written, whatever they are called", () => {
  const positions = [
    ["room-a", 5],
    ["room-b,c:ü 100%", 7],
    ["room-🦀", 0],
  ];
  const text = chat.writeEventId(positions);
  assert.equal(text, "room-a:5,room-b%2Cc%3A%C3%BC%20100%25:7,room-%F0%9F%A6%80:0");
  assert.deepEqual(read(text), Object.fromEntries(positions));
});

test("names are read as the server spells them", () => {
  assert.deepEqual(read("room-it%27s%21:1"), { "room-it's!": 1 });
});

test("what can't be read is left out", () => {
  for (const text of ["", "error", "room-a", "room-a:", "room-a:-1", "room-a:1.5", "room-a:x", ":3", "room-%:1"]) {
    assert.deepEqual(read(text), {}, text);
  }
  assert.deepEqual(read("room-%:1,room-a:2,room-b:x"), { "room-a": 2 });
  assert.deepEqual(read(`room-a:${"9".repeat(18)}`), {}); // not exact as a number
});
