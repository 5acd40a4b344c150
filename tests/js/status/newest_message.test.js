import { test } from "node:test";
import assert from "node:assert/strict";
import { createNewestMessage } from "../../../static/chat/status/newest_message.js";

const said = (id, more = {}) => ({ id, from: "Ann", text: `text ${id}`, date: "", ...more });

function room(isAtEnd = true) {
  let tell;
  const shown = [];
  const onChange = (message) => shown.push(message?.text ?? null);
  createNewestMessage({ store: { listen: (heard) => (tell = heard) }, isAtEnd, onChange });
  return { ...tell, shown };
}

test("the newest message is the one with the greatest id, in whatever order they come", () => {
  const { received, shown } = room();
  [2, 1, 3, 3].forEach((id) => received(said(id), false));
  assert.deepEqual(shown, ["text 2", "text 3"]);
});

test("an edit changes it, and an old version that comes later does not", () => {
  const { received, changed, shown } = room();
  received(said(1), false);
  changed(said(1, { text: "edited", change: 5 }));
  received(said(1), false);
  assert.deepEqual(shown, ["text 1", "edited"]);
});

test("a deleted one gives way to the one before, and does not come back", () => {
  const { received, changed, shown } = room();
  [1, 2].forEach((id) => received(said(id), false));
  changed(said(2, { deleted: "now", change: 3 }));
  received(said(2), false);
  changed(said(1, { deleted: "now", change: 4 }));
  assert.deepEqual(shown, ["text 1", "text 2", "text 1", null]);
});

test("a cleared room has none", () => {
  const { received, cleared, shown } = room();
  [1, 2].forEach((id) => received(said(id), false));
  cleared(2);
  received(said(3), true);
  assert.deepEqual(shown, ["text 1", "text 2", null, "text 3"]);
});

test("a page of old messages does not know the newest one until somebody says something", () => {
  const { received, shown } = room(false);
  received(said(1), false);
  received(said(9), true);
  assert.deepEqual(shown, ["text 9"]);
});

test("it forgets all but some", () => {
  const { received, changed, shown } = room();
  for (let id = 1; id <= 60; id += 1) received(said(id), false);
  for (let id = 60; id > 10; id -= 1) changed(said(id, { deleted: "now" }));
  assert.equal(shown.at(-1), null);
});

test("a closed store has none", () => {
  const { received, closed, shown } = room();
  received(said(1), false);
  closed();
  assert.deepEqual(shown, ["text 1", null]);
});
