"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/message_list.js");
require("../../static/chat/wire_message.js");
require("../../static/chat/words.js");

const HELLO = { id: 1, from: "Zoë & co", text: "Hello", date: "2026-03-04T01:30:00.123Z" };
const ITEM = { text: "Hello", key: "secret", tag: "public" };

function listWith(ajax) {
  return chat.messageList({ ajax, url: "/list", user: "Zoë & co", isMessage: chat.isMessage, words: chat.words });
}

const answered = (messages, more = false) => ({ messages, more, "last-event-id": "room-lobby:9" });
const failing = (response) => listWith(() => Promise.reject(response));

async function posted(text) {
  let sent;
  await listWith(async ({ data }) => ((sent = new URLSearchParams(data)), HELLO)).post({ ...ITEM, text });
  return sent;
}

test("the messages after an id are asked for, as many as the server gives at once", async () => {
  let asked;
  const list = listWith(async (options) => ((asked = options), answered([HELLO], true)));
  assert.deepEqual(await list.after(7), { messages: [HELLO], more: true, lastEventId: "room-lobby:9" });
  assert.deepEqual([asked.method, asked.url, asked.data], ["GET", "/list", { after: 7, limit: 200 }]);
});

test("older ones and the newest come oldest first, though the server turns them round", async () => {
  const [two, one] = [{ ...HELLO, id: 2 }, HELLO];
  const asked = [];
  const list = listWith(async ({ data }) => (asked.push(data), answered([two, one], true)));
  for (const page of [await list.before(3), await list.newest()]) {
    assert.deepEqual(page, { messages: [one, two], more: true, lastEventId: "room-lobby:9" });
  }
  assert.deepEqual(asked, [{ before: 3, limit: 200 }, { limit: 200 }]);
});

test("the changes after an event come in the order they were made", async () => {
  const [edited, deleted] = [{ ...HELLO, id: 2, change: 8 }, { ...HELLO, text: "", deleted: "now", change: 9 }];
  let asked;
  const list = listWith(async ({ data }) => ((asked = data), answered([edited, deleted])));
  const { messages, lastEventId } = await list.since("room-b%2Cc:7");
  assert.deepEqual(messages, [edited, deleted]);
  assert.equal(lastEventId, "room-lobby:9");
  assert.deepEqual(asked, { since: "room-b%2Cc:7", limit: 200 });
});

test("an answer that is no list is a failure, and what is no message in it is left out", async () => {
  await assert.rejects(listWith(async () => ({})).after(0));
  await assert.rejects(listWith(async () => ({ ...answered([HELLO]), more: undefined })).after(0)); // maybe not the last
  await assert.rejects(listWith(async () => ({ messages: [HELLO], more: false })).since("room-lobby:7"));
  const list = listWith(async () => answered([HELLO, { id: 2 }, null]));
  assert.deepEqual((await list.after(0)).messages, [HELLO]);
});

test("a message is posted as a form that any text survives, with its key and its tag", async () => {
  const sent = await posted(" 100 % & más = <b>\n🦀+1");
  assert.deepEqual(Object.fromEntries(sent), {
    from: "Zoë & co",
    text: " 100 % & más = <b>\n🦀+1",
    key: "secret",
    tag: "public",
  });
});

test("half a surrogate pair is sent as the replacement character", async () => {
  assert.equal((await posted("a\ud83e")).get("text"), "a\ufffd");
});

test("the answer is the message as the server has it", async () => {
  assert.deepEqual(await listWith(async () => HELLO).post(ITEM), HELLO);
});

test("a refusal is final and gives the server's reasons", async () => {
  const errors = [{ field: "text", message: "text is blank." }, { field: "from", message: "from is missing." }];
  await assert.rejects(failing({ status: 400, responseJSON: { errors } }).post(ITEM), {
    message: "Not sent: text is blank. from is missing.",
    temporary: false,
    status: 400,
  });
});

test("a refusal of somebody in between is final and told with its status", async () => {
  for (const responseJSON of [undefined, null, {}, { errors: "no" }]) {
    await assert.rejects(failing({ status: 403, responseJSON }).post(ITEM), { message: /403/, temporary: false });
  }
});

test("whatever may pass is temporary", async () => {
  for (const status of [408, 429, 500, 502, 503]) {
    const failure = { message: new RegExp(`trouble \\(${status}\\)`), temporary: true };
    await assert.rejects(failing({ status }).post(ITEM), failure);
  }
});

test("no answer, and one that is no message, leave open what has happened", async () => {
  const noAnswer = { message: chat.words.noAnswer, temporary: true };
  await assert.rejects(failing({ status: 0 }).post(ITEM), noAnswer);
  await assert.rejects(failing({ status: 200 }).post(ITEM), noAnswer); // not JSON
  await assert.rejects(listWith(async () => ({ welcome: "to our hotel" })).post(ITEM), noAnswer);
});

test("no request is waited for without an end: nothing else is sent meanwhile", async () => {
  const asked = [];
  const list = listWith(async (options) => (asked.push(options), options.method === "POST" ? HELLO : answered([])));
  await list.post(ITEM);
  await list.after(0);
  assert.ok(asked.every(({ timeout }) => timeout > 0 && timeout <= 60_000));
});

test("a temporary failure tells how long the server wants to rest, if it says so in seconds", async () => {
  const failingWith = (header) => failing({ status: 503, getResponseHeader: () => header });
  for (const [header, retryAfterMs] of [["2", 2_000], [null, 0], ["Wed, 21 Oct 2026 07:28:00 GMT", 0], ["-5", 0]]) {
    await assert.rejects(failingWith(header).post(ITEM), { temporary: true, retryAfterMs });
  }
});

test("a message is edited and removed at its own address, with its key", async () => {
  const asked = [];
  const list = listWith(async (options) => (asked.push(options), { ...HELLO, id: 7 }));
  assert.equal((await list.edit({ id: 7, text: "a & b", key: "secret" })).id, 7);
  await list.remove({ id: 7, key: "secret" });
  const [edit, remove] = asked;
  assert.deepEqual([edit.method, edit.url, edit.data], ["PATCH", "/list7/", "text=a+%26+b&key=secret"]);
  assert.deepEqual([remove.method, remove.url, remove.data], ["DELETE", "/list7/", "key=secret"]);
});

test("a change that failed is told in its own words, and whether it may be tried again", async () => {
  const { saving, deleting } = chat.words;
  const errors = [{ field: "key", message: "key is wrong." }];
  const refused = (status) => failing({ status, responseJSON: { errors } });
  await assert.rejects(refused(403).edit({ id: 7 }), { message: saving.known[403], temporary: false });
  await assert.rejects(refused(413).edit({ id: 7 }), { message: "Not saved: key is wrong." });
  await assert.rejects(failing({ status: 0 }).edit({ id: 7 }), { message: saving.noAnswer, temporary: true });
  await assert.rejects(refused(404).remove({ id: 7 }), { message: deleting.known[404], status: 404 });
  await assert.rejects(failing({ status: 500 }).remove({ id: 7 }), { message: deleting.serverTrouble(500) });
});

test("the answer to a change that tells of another message is none", async () => {
  const list = listWith(async () => HELLO);
  await assert.rejects(list.edit({ id: 7, text: "x", key: "k" }), { temporary: true });
});
