import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeDocument } from "../fakes.js";
import { isLookedAt } from "../../../static/chat/lib/is_looked_at.js";

test("somebody looks at a page that is visible and has the focus", () => {
  const document = fakeDocument();
  assert.equal(isLookedAt(document), true);
  document.focused = false;
  assert.equal(isLookedAt(document), false);
  document.focused = true;
  document.turn("hidden");
  assert.equal(isLookedAt(document), false);
});
