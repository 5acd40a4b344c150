import { test } from "node:test";
import assert from "node:assert/strict";
import { readEventId, writeEventId } from "../../../static/chat/stream/event_ids.js";

const read = (text) => Object.fromEntries(readEventId(text));

test("an event id of several channels can be read and written, whatever their names are", () => {
  const positions = [
    ["room-a", 5],
    ["room-b,c:ü 100%", 7],
    ["room-🦀", 0],
  ];
  const text = writeEventId(positions);
  assert.equal(text, "room-a:5,room-b%2Cc%3A%C3%BC%20100%25:7,room-%F0%9F%A6%80:0");
  assert.deepEqual(read(text), Object.fromEntries(positions));
});

test("names are read as the server writes them", () => {
  assert.deepEqual(read("room-it%27s%21:1"), { "room-it's!": 1 });
});

test("parts that can't be read are skipped", () => {
  for (const text of ["", "error", "room-a", "room-a:", "room-a:-1", "room-a:1.5", "room-a:x", ":3", "room-%:1"]) {
    assert.deepEqual(read(text), {}, text);
  }
  assert.deepEqual(read("room-%:1,room-a:2,room-b:x"), { "room-a": 2 });
  assert.deepEqual(read(`room-a:${"9".repeat(18)}`), {}); // not exact as a number
});
