"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/wire_message.js");

const whole = { id: 1, from: "Bob", text: "Hi", date: "2026-03-04T01:30:00.123Z" };

test("a message is one with and without a tag, and with keys we do not know", () => {
  for (const more of [{}, { tag: "x" }, { likes: 3 }, { id: 0 }, { text: "" }, { edited: "x", change: 1 }, { deleted: "x" }]) {
    assert.equal(chat.isMessage({ ...whole, ...more }), true);
  }
});

test("what lacks a part, or has another kind of it, is none", () => {
  for (const name of ["id", "from", "text", "date"]) {
    for (const wrong of [undefined, null, true, [], {}, 1.5, -1, NaN, name === "id" ? "1" : 1]) {
      assert.equal(chat.isMessage({ ...whole, [name]: wrong }), false, `${name}: ${wrong}`);
    }
  }
});

test("what says of its changes what can't be is none", () => {
  const wrong = { edited: [null, 1, {}], deleted: [null, true, []], change: [null, 0, -1, 1.5, "1", 2 ** 53] };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) assert.equal(chat.isMessage({ ...whole, [name]: value }), false, `${name}: ${value}`);
  }
});

test("what is no object is no message", () => {
  for (const value of [null, undefined, 1, "x", true, []]) assert.equal(chat.isMessage(value), false);
});

test("what is no JSON is nothing", () => {
  for (const data of ["", "{", "undefined", "{'id': 1}"]) assert.equal(chat.readJson(data), null);
});
