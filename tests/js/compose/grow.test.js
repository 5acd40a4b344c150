import { test } from "node:test";
import assert from "node:assert/strict";
import { createGrow } from "../../../static/chat/compose/grow.js";

// A field whose text needs `needed` pixels. As in a browser, its scrollHeight is never less than its height.
function fieldWith(needed) {
  const style = { height: "" };
  const field = {
    style,
    needed,
    get scrollHeight() {
      return Math.max(this.needed, style.height === "auto" ? 0 : parseInt(style.height) || 0);
    },
  };
  return field;
}

test("the field is as high as its text, also when the text gets shorter", () => {
  const field = fieldWith(90);
  const grow = createGrow(field, { canGrow: false });
  grow();
  assert.equal(field.style.height, "90px");
  field.needed = 44;
  grow();
  assert.equal(field.style.height, "44px");
});

test("a browser that does it by itself is left alone", () => {
  const field = fieldWith(90);
  createGrow(field, { canGrow: true })();
  assert.equal(field.style.height, "");
});
