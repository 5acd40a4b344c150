import { test } from "node:test";
import assert from "node:assert/strict";
import { deferred, settled } from "../fakes.js";
import { noAnswer, openPage, passMinutes, refusal } from "./outbox_page.js";
import { strings } from "../../../static/chat/lib/strings.js";

const MINUTE_MS = 60_000;

test("a refused message says why and does not stop the next ones", async () => {
  const page = openPage();
  page.server.answer = (text) => (text === "two" ? refusal() : undefined);
  page.say("one", "two", "three");
  await settled();
  assert.deepEqual(page.server.texts(), ["one", "three"]);
  assert.deepEqual(page.texts(), ["two"]);
  assert.deepEqual(page.problems(), ["refused 400"]);
});

test("messages typed together fail together after ten minutes, and arrive in order when resent", async () => {
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

test("a page that slept asks before it sends its message", async () => {
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

test("a resent message has ten more minutes", async () => {
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

test("a discarded message does not come back", async () => {
  const page = openPage();
  page.server.answer = () => refusal();
  page.say("Hello");
  await settled();
  page.outbox.discard(page.tags()[0]);
  assert.deepEqual(page.texts(), []);
  assert.deepEqual(page.reload().texts(), []);
});

test("a refused message keeps its key, because an earlier attempt may have arrived", async () => {
  const page = openPage();
  page.server.answer = (_, attempt) => (attempt === 1 ? refusal(413) : undefined);
  page.say("Hello");
  await settled();
  page.outbox.resend(page.tags()[0]);
  await settled();
  const [before, after] = page.server.posted;
  assert.deepEqual(after, before);
});

test("a failed message leaves the outbox when it arrives after all", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  await passMinutes(page, 11);
  page.outbox.settle(page.server.store(page.server.posted[0]));
  assert.deepEqual(page.texts(), []);
});

test("a message typed later is tried before it fails", async () => {
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

test("an old problem is not the reason for a message that fails later", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  await settled();
  page.clock.sleep(11 * MINUTE_MS);
  page.outbox.send();
  await settled();
  assert.deepEqual(page.problems(), [strings.typedLongAgo]);
});

test("a refused message leaves the outbox for rewriting, after its text is safe", async () => {
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

test("a refused message is still refused after a reload", async () => {
  const page = openPage();
  page.server.answer = () => refusal();
  page.say("Hello");
  await settled();
  const reloaded = page.reload();
  await settled();
  assert.deepEqual(rewritten(reloaded), ["Hello"]);
});

test("a message that may have arrived can't be rewritten, because it would be said twice", async () => {
  const page = openPage();
  page.server.answer = (_, attempt) => (attempt === 1 ? noAnswer() : refusal());
  page.say("unanswered, then refused");
  await settled();
  page.clock.pass(1_000);
  await settled();
  assert.deepEqual(page.problems(), ["refused 400"]);
  assert.deepEqual(rewritten(page), []);
});

test("a message that was on its way when its page closed can't be rewritten", async () => {
  const page = openPage();
  page.server.answer = () => new Promise(() => {});
  page.say("Hello");
  page.server.answer = () => refusal();
  const reloaded = page.reload();
  await settled();
  assert.deepEqual(reloaded.problems(), ["refused 400"]);
  assert.deepEqual(rewritten(reloaded), []);
});

test("a message without an answer for ten minutes can't be rewritten", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  await passMinutes(page, 11);
  assert.deepEqual(rewritten(page), []);
  assert.deepEqual(page.texts(), ["Hello"]);
});

test("a resent message can't be rewritten if an attempt got lost before the second refusal", async () => {
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

test("a message that is refused before and after a reload can be rewritten", async () => {
  const page = openPage();
  page.server.answer = () => refusal();
  page.say("Hello");
  await settled();
  const reloaded = page.reload();
  reloaded.outbox.resend(reloaded.tags()[0]);
  await settled();
  assert.deepEqual(rewritten(reloaded), ["Hello"]);
});

test("a message that waits can't be taken back to be rewritten", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  await settled();
  page.outbox.rewrite(page.tags()[0], () => assert.fail("it may still arrive"));
  assert.deepEqual(page.texts(), ["Hello"]);
});

test("only what was typed within a minute of an old message is given up with it", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("one");
  await passMinutes(page, 2);
  page.say("two");
  await passMinutes(page, 9);
  const [one, two] = page.problems();
  assert.notEqual(one, "");
  assert.equal(two, "");
});

test("a refused message that another tab has discarded is not shown as failed", async () => {
  const page = openPage();
  const answer = deferred();
  page.server.answer = () => answer.promise;
  page.say("Hello");
  page.reload().outbox.discard(page.tags()[0]);
  answer.reject(Object.assign(new Error("refused"), { temporary: false, status: 400 }));
  await settled();
  assert.deepEqual(page.texts(), []);
});

test("a message that is sent again can't be taken back until it is refused again", async () => {
  const page = openPage();
  page.server.answer = () => refusal();
  page.say("Hello");
  await settled();
  page.server.answer = noAnswer;
  page.outbox.resend(page.tags()[0]);
  page.outbox.resend("unknown");
  await settled();
  page.outbox.rewrite(page.tags()[0], () => assert.fail("it may still arrive"));
  assert.deepEqual(page.texts(), ["Hello"]);
});
