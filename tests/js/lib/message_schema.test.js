import { test } from "node:test";
import assert from "node:assert/strict";
import { readJson } from "../../../static/chat/lib/json.js";
import { isMessage } from "../../../static/chat/lib/message_schema.js";

const whole = { id: 1, from: "Bob", text: "Hi", date: "2026-03-04T01:30:00.123Z" };

test("a message may have a tag, a change, and keys that we do not know", () => {
  for (const more of [{}, { tag: "x" }, { likes: 3 }, { id: 0 }, { text: "" }, { edited: "x", change: 1 }, { deleted: "x" }]) {
    assert.equal(isMessage({ ...whole, ...more }), true);
  }
});

test("a value is not a message if a part is missing or has another type", () => {
  for (const name of ["id", "from", "text", "date"]) {
    for (const wrong of [undefined, null, true, [], {}, 1.5, -1, NaN, name === "id" ? "1" : 1]) {
      assert.equal(isMessage({ ...whole, [name]: wrong }), false, `${name}: ${wrong}`);
    }
  }
});

test("a value is not a message if its edit or its deletion is impossible", () => {
  const wrong = { edited: [null, 1, {}], deleted: [null, true, []], change: [null, 0, -1, 1.5, "1", 2 ** 53] };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) assert.equal(isMessage({ ...whole, [name]: value }), false, `${name}: ${value}`);
  }
});

test("a message may say who wrote it, and that a moderator did", () => {
  for (const more of [{ author: "k7qfabcd" }, { staff: true }]) assert.equal(isMessage({ ...whole, ...more }), true);
  for (const author of [null, 7, {}]) assert.equal(isMessage({ ...whole, author }), false);
  for (const staff of [null, false, "true", 1]) assert.equal(isMessage({ ...whole, staff }), false);
});

test("only an object is a message", () => {
  for (const value of [null, undefined, 1, "x", true, []]) assert.equal(isMessage(value), false);
});

test("readJson() gives null for anything but JSON", () => {
  for (const data of ["", "{", "undefined", "{'id': 1}"]) assert.equal(readJson(data), null);
});
