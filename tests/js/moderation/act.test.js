import { test } from "node:test";
import assert from "node:assert/strict";
import { createAct } from "../../../static/chat/moderation/act.js";

function moderatorWith(...answers) {
  const asked = [];
  const ajax = async (request) => (asked.push(request), answers[asked.length - 1]);
  return { asked, act: createAct({ ajax, url: "/-/moderate/", room: "den", token: "secret" }) };
}

test("an action is sent with its room and the page's token", async () => {
  const { asked, act } = moderatorWith({ messages: 0, done: true });
  assert.equal(await act({ action: "lock" }), 0);
  const data = { action: "lock", room: "den" };
  assert.deepEqual(asked, [{ method: "POST", url: "/-/moderate/", data, headers: { "X-CSRFToken": "secret" } }]);
});

test("a removal goes on until nothing is left", async () => {
  const { asked, act } = moderatorWith({ messages: 500, done: false }, { messages: 500, done: false }, { messages: 7, done: true });
  assert.equal(await act({ action: "remove", message: "1", span: "all" }), 1_007);
  assert.equal(asked.length, 3);
});

test("a failure ends it", async () => {
  const failing = createAct({ ajax: () => Promise.reject(new Error("403")), url: "/", room: "den", token: "" });
  await assert.rejects(failing({ action: "lock" }), { message: "403" });
});
