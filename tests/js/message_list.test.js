"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/message_list.js");
require("../../static/chat/words.js");

function listWith(ajax) {
  return chat.messageList({ ajax, url: "/list", user: "Zoë & co", words: chat.words });
}

const failing = (response) => listWith(() => Promise.reject(response));

test("the latest messages are the list in the answer", async () => {
  const list = listWith(async ({ method, url }) => ({ messages: [method, url], "last-event-id": "x:1" }));
  assert.deepEqual(await list.latest(), ["GET", "/list"]);
});

test("a message is posted as a form that any text survives", async () => {
  let sent;
  const list = listWith(async ({ data }) => (sent = new URLSearchParams(data)));
  await list.post(" 100 % & más = <b>\n🦀+1");
  assert.equal(sent.get("from"), "Zoë & co");
  assert.equal(sent.get("text"), " 100 % & más = <b>\n🦀+1");
});

test("half a surrogate pair is sent as the replacement character", async () => {
  let sent;
  await listWith(async ({ data }) => (sent = new URLSearchParams(data))).post("a\ud83e");
  assert.equal(sent.get("text"), "a\ufffd");
});

test("a refusal gives the server's reasons", async () => {
  const errors = [{ field: "text", message: "text is blank." }, { field: "from", message: "from is missing." }];
  await assert.rejects(failing({ status: 400, responseJSON: { errors } }).post("x"), {
    message: "Not sent: text is blank. from is missing.",
  });
});

test("a server out of reach is told in words", async () => {
  await assert.rejects(failing({ status: 0 }).post("x"), { message: chat.words.noAnswer });
});

test("an answer that explains nothing is told with its status", async () => {
  await assert.rejects(failing({ status: 502 }).post("x"), /trouble \(502\)/);
});
