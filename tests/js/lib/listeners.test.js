import { test } from "node:test";
import assert from "node:assert/strict";
import { createListeners } from "../../../static/chat/lib/listeners.js";

test("listeners hear the kinds of news they want, in the order in which they were added", () => {
  const { listen, tell } = createListeners();
  const heard = [];
  listen({ opened: () => heard.push("first: opened") });
  listen({ opened: () => heard.push("second: opened"), lost: (...news) => heard.push(`second: lost ${news}`) });
  tell("opened");
  tell("lost", 1, 2);
  tell("stopped");
  assert.deepEqual(heard, ["first: opened", "second: opened", "second: lost 1,2"]);
});
