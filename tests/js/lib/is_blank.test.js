import { test } from "node:test";
import assert from "node:assert/strict";
import { isBlank } from "../../../static/chat/lib/is_blank.js";

test("a text of which a reader would see nothing is blank", () => {
  for (const text of ["", " \n\t", "\u200b", "\u2800", "\u3164", "\u2060 \ufe0f", "\u{e0020}"]) {
    assert.equal(isBlank(text), true, JSON.stringify(text));
  }
});

test("a text with anything to see is not blank", () => {
  for (const text of [" . ", "\u200bx", "👩‍👩‍👧", "\u0301", "\ud800"]) assert.equal(isBlank(text), false, JSON.stringify(text));
});
