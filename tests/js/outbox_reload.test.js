"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { settled } = require("./fakes.js");
const { noAnswer, openPage, refusal } = require("./outbox_page.js");

const MINUTE_MS = 60_000;

test("a reload keeps what waits, in its order and with its keys, and sends it", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("one", "two");
  await settled();
  page.server.answer = () => undefined;
  const reloaded = page.reload();
  assert.deepEqual(reloaded.texts(), ["one", "two"]);
  await settled();
  assert.deepEqual(page.server.texts(), ["one", "two"]);
  assert.equal(page.server.posted[1].key, page.server.posted[0].key);
});

test("a reload keeps what has failed, with its reason, and does not send it", async () => {
  const page = openPage();
  page.server.answer = () => refusal();
  page.say("Hello");
  await settled();
  const reloaded = page.reload();
  await settled();
  assert.deepEqual(reloaded.problems(), ["refused 400"]);
  assert.equal(page.server.posted.length, 1);
});

test("what was typed more than ten minutes before a reload is not sent without being asked", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("one", "two");
  await settled();
  page.clock.sleep(11 * MINUTE_MS);
  page.server.answer = () => undefined;
  const reloaded = page.reload();
  await settled();
  assert.deepEqual(page.server.stored, []);
  assert.deepEqual(reloaded.problems(), [chat.words.typedLongAgo, chat.words.typedLongAgo]);
});

test("two tabs that send the same message have it stored once, and both are done", async () => {
  const one = openPage();
  one.server.answer = (_, attempt) => (attempt === 1 ? noAnswer() : undefined);
  one.say("Hello");
  await settled();
  const other = one.reload();
  one.outbox.send();
  await settled();
  assert.deepEqual(one.server.texts(), ["Hello"]);
  assert.deepEqual([one.texts(), other.texts()], [[], []]);
});

test("what another tab has discarded is not sent", async () => {
  const one = openPage();
  one.server.answer = noAnswer;
  one.say("Hello");
  await settled();
  const other = one.reload();
  await settled();
  other.outbox.discard(other.tags()[0]);
  one.server.answer = () => undefined;
  one.outbox.send();
  await settled();
  assert.deepEqual(one.server.stored, []);
  assert.deepEqual(one.texts(), []);
});
