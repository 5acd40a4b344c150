"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { settled } = require("./fakes.js");
const { noAnswer, openPage, passMinutes, refusal } = require("./outbox_page.js");

const MINUTE_MS = 60_000;

test("a refused message says why and stops none of those behind it", async () => {
  const page = openPage();
  page.server.answer = (text) => (text === "two" ? refusal() : undefined);
  page.say("one", "two", "three");
  await settled();
  assert.deepEqual(page.server.texts(), ["one", "three"]);
  assert.deepEqual(page.texts(), ["two"]);
  assert.deepEqual(page.problems(), ["refused 400"]);
});

test("what was typed together fails together after ten minutes of trouble, and resent arrives in order", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("one");
  await passMinutes(page, 0.5);
  page.say("two");
  await passMinutes(page, 8.5);
  assert.deepEqual(page.problems(), ["", ""]);
  await passMinutes(page, 2);
  assert.deepEqual(page.problems(), ["no answer", "no answer"]);
  const { length } = page.server.posted;
  await passMinutes(page, 5);
  assert.equal(page.server.posted.length, length);

  page.server.answer = () => undefined;
  page.tags().forEach(page.outbox.resend);
  await settled();
  assert.deepEqual(page.server.texts(), ["one", "two"]);
  assert.equal(new Set(page.server.posted.map(({ key }) => key)).size, 2);
  assert.deepEqual(page.texts(), []);
});

test("a page that slept over its message asks before it sends it", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Good night");
  await settled();
  page.server.answer = () => undefined;
  page.clock.sleep(8 * 60 * MINUTE_MS);
  page.clock.pass(1_000);
  await settled();
  assert.deepEqual(page.server.stored, []);
  assert.notDeepEqual(page.problems(), [""]);
});

test("a resent message is tried for ten minutes more", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  await passMinutes(page, 11);
  page.outbox.resend(page.tags()[0]);
  await passMinutes(page, 9);
  assert.deepEqual(page.problems(), [""]);
  assert.deepEqual(page.reload().problems(), [""]);
  await passMinutes(page, 2);
  assert.deepEqual(page.problems(), ["no answer"]);
});

test("a discarded message is gone for good", async () => {
  const page = openPage();
  page.server.answer = () => refusal();
  page.say("Hello");
  await settled();
  page.outbox.discard(page.tags()[0]);
  assert.deepEqual(page.texts(), []);
  assert.deepEqual(page.reload().texts(), []);
});

test("a refused message keeps its key: an earlier attempt may have arrived", async () => {
  const page = openPage();
  page.server.answer = (_, attempt) => (attempt === 1 ? refusal(413) : undefined);
  page.say("Hello");
  await settled();
  page.outbox.resend(page.tags()[0]);
  await settled();
  const [before, after] = page.server.posted;
  assert.deepEqual(after, before);
});

test("a failed message that has arrived after all is taken out too", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  await passMinutes(page, 11);
  page.outbox.settle(page.server.store(page.server.posted[0]));
  assert.deepEqual(page.texts(), []);
});

test("what was typed later is tried before it is given up", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("one");
  await passMinutes(page, 9);
  page.say("two");
  await passMinutes(page, 2);
  assert.deepEqual(page.problems(), ["no answer", ""]);
  page.server.answer = () => undefined;
  await passMinutes(page, 1);
  assert.deepEqual(page.server.texts(), ["two"]);
});

test("trouble of long ago is not the reason why an old message is not sent", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  await settled();
  page.clock.sleep(11 * MINUTE_MS);
  page.outbox.send();
  await settled();
  assert.deepEqual(page.problems(), [chat.words.typedLongAgo]);
});

test("what was refused is taken out for being written anew, when its text is safe", async () => {
  const page = openPage();
  page.server.answer = () => refusal();
  page.say("Hello");
  await settled();
  page.outbox.rewrite(page.tags()[0], (text) => assert.deepEqual([text, page.store.load().length], ["Hello", 1]));
  assert.deepEqual([page.texts(), page.store.load()], [[], []]);
});

function rewritten(page) {
  const texts = [];
  page.tags().forEach((tag) => page.outbox.rewrite(tag, (text) => texts.push(text)));
  return texts;
}

test("what was refused is known as refused after a reload", async () => {
  const page = openPage();
  page.server.answer = () => refusal();
  page.say("Hello");
  await settled();
  const reloaded = page.reload();
  await settled();
  assert.deepEqual(rewritten(reloaded), ["Hello"]);
});

test("what may have arrived is not written anew: it would be said twice", async () => {
  const page = openPage();
  page.server.answer = (_, attempt) => (attempt === 1 ? noAnswer() : refusal());
  page.say("unanswered, then refused");
  await settled();
  page.clock.pass(1_000);
  await settled();
  assert.deepEqual(page.problems(), ["refused 400"]);
  assert.deepEqual(rewritten(page), []);
});

test("what was on its way when its page was closed is not written anew", async () => {
  const page = openPage();
  page.server.answer = () => new Promise(() => {});
  page.say("Hello");
  page.server.answer = () => refusal();
  const reloaded = page.reload();
  await settled();
  assert.deepEqual(reloaded.problems(), ["refused 400"]);
  assert.deepEqual(rewritten(reloaded), []);
});

test("what nobody answered for ten minutes is not written anew", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  await passMinutes(page, 11);
  assert.deepEqual(rewritten(page), []);
  assert.deepEqual(page.texts(), ["Hello"]);
});

test("a resent message that is refused again after an attempt got lost is not written anew", async () => {
  const page = openPage();
  page.server.answer = (_, attempt) => (attempt === 2 ? noAnswer() : refusal());
  page.say("Hello");
  await settled();
  page.outbox.resend(page.tags()[0]);
  await settled();
  page.clock.pass(1_000);
  await settled();
  assert.deepEqual(page.problems(), ["refused 400"]);
  assert.deepEqual(rewritten(page), []);
});

test("what was refused before a reload and is refused again can still be written anew", async () => {
  const page = openPage();
  page.server.answer = () => refusal();
  page.say("Hello");
  await settled();
  const reloaded = page.reload();
  reloaded.outbox.resend(reloaded.tags()[0]);
  await settled();
  assert.deepEqual(rewritten(reloaded), ["Hello"]);
});
