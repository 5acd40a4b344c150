"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/wire_message.js");

const whole = { id: 1, from: "Bob", text: "Hi", date: "2026-03-04T01:30:00.123Z" };

test("a message is one with and without a tag, and with keys we do not know", () => {
  for (const more of [{}, { tag: "x" }, { likes: 3 }, { id: 0 }, { text: "" }]) {
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

test("what is no object is no message", () => {
  for (const value of [null, undefined, 1, "x", true, []]) assert.equal(chat.isMessage(value), false);
});

test("what is no JSON is nothing", () => {
  for (const data of ["", "{", "undefined", "{'id': 1}"]) assert.equal(chat.readJson(data), null);
});
