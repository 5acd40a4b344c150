import { mock, test } from "node:test";
import assert from "node:assert/strict";
import { forAWhile } from "../../../static/chat/lib/for_a_while.js";

test("what is shown goes four seconds after the last call, so that each call says something", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const seen = [];
  const show = forAWhile(
    () => seen.push("shown"),
    () => seen.push("hidden"),
  );
  show();
  mock.timers.tick(3_000);
  show();
  mock.timers.tick(3_999);
  assert.deepEqual(seen, ["shown", "shown"]);
  mock.timers.tick(1);
  assert.deepEqual(seen, ["shown", "shown", "hidden"]);
  mock.timers.reset();
});
