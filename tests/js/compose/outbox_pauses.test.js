import { test } from "node:test";
import assert from "node:assert/strict";
import { deferred, settled } from "../fakes.js";
import { noAnswer, openPage, passMinutes, refusal } from "./outbox_page.js";

const busy = (seconds) =>
  Promise.reject(Object.assign(new Error("busy"), { temporary: true, status: 503, retryAfterMs: seconds * 1_000 }));

test("a message without an answer is sent again after longer and longer pauses, with the same key and tag", async () => {
  const page = openPage();
  page.server.answer = (_, attempt) => (attempt <= 3 ? noAnswer() : undefined);
  page.say("Hello");
  for (const seconds of [1, 2, 4]) {
    await settled();
    assert.deepEqual(page.clock.waits(), [seconds * 1_000]);
    page.clock.pass(seconds * 1_000);
  }
  await settled();
  assert.equal(page.server.posted.length, 4);
  assert.equal(new Set(page.server.posted.map(({ key, tag }) => key + tag)).size, 1);
  assert.deepEqual(page.server.texts(), ["Hello"]);
});

test("a wake-up starts the next attempt at once", async () => {
  const page = openPage();
  page.server.answer = (_, attempt) => (attempt === 1 ? noAnswer() : undefined);
  page.say("Hello");
  await settled();
  page.outbox.send();
  await settled();
  assert.deepEqual(page.server.texts(), ["Hello"]);
  page.clock.pass(60_000);
  await settled();
  assert.equal(page.server.posted.length, 2);
});

test("only one next attempt is planned at a time", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  await settled();
  page.outbox.send();
  await settled();
  assert.deepEqual(page.clock.waits(), [2_000]);
});

test("after a success the pauses start short again", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("one");
  await passMinutes(page, 2);
  page.server.answer = (text) => (text === "two" ? noAnswer() : undefined);
  await passMinutes(page, 1);
  page.say("two");
  await settled();
  assert.deepEqual(page.clock.waits(), [1_000]);
});

test("after a refusal the pauses start short again", async () => {
  const page = openPage();
  const answers = [noAnswer, noAnswer, noAnswer, refusal, noAnswer];
  page.server.answer = (text, number) => answers[number - 1]?.();
  page.say("one");
  await settled();
  for (const seconds of [1, 2, 4]) {
    page.clock.pass(seconds * 1_000);
    await settled();
  }
  page.say("two");
  await settled();
  assert.deepEqual(page.clock.waits(), [1_000]);
});

test("new messages and wake-ups wait too if the server asks us to wait", async () => {
  const page = openPage();
  page.server.answer = (_, attempt) => (attempt === 1 ? busy(60) : undefined);
  page.say("one");
  await settled();
  page.say("two");
  page.outbox.send();
  await settled();
  page.clock.pass(59_000);
  await settled();
  assert.equal(page.server.posted.length, 1);
  page.clock.pass(1_000);
  await settled();
  assert.deepEqual(page.server.texts(), ["one", "two"]);
});

test("a short wait that the server asks for does not shorten the pause", async () => {
  const page = openPage();
  page.server.answer = () => busy(0.5);
  page.say("Hello");
  await settled();
  assert.deepEqual(page.clock.waits(), [1_000]);
});

test("no wait that the server asks for is longer than five minutes", async () => {
  const page = openPage();
  page.server.answer = (_, attempt) => (attempt === 1 ? busy(86_400) : undefined);
  page.say("Hello");
  await passMinutes(page, 6);
  assert.deepEqual(page.server.texts(), ["Hello"]);
});

test("a call of send() during an attempt makes the next attempt follow at once", async () => {
  const page = openPage();
  const first = deferred();
  page.server.answer = (_, attempt) => (attempt === 1 ? first.promise : undefined);
  page.say("one");
  page.outbox.send(); // the network is back
  assert.equal(page.server.posted.length, 1);
  first.reject(Object.assign(new Error("no network"), { temporary: true, status: 0 }));
  await settled();
  assert.deepEqual([page.server.posted.length, page.texts()], [2, []]);
});

test("a message typed during an attempt does not make the next attempt earlier", async () => {
  const page = openPage();
  const first = deferred();
  page.server.answer = (_, attempt) => (attempt === 1 ? first.promise : undefined);
  page.say("one", "two");
  first.reject(Object.assign(new Error("no network"), { temporary: true, status: 0 }));
  await settled();
  assert.equal(page.server.posted.length, 1);
});

test("a request to send during an attempt causes one more attempt, not a series", async () => {
  const page = openPage();
  const first = deferred();
  page.server.answer = (text, number) => (number === 1 ? first.promise : noAnswer());
  page.say("Hello");
  page.outbox.send();
  first.reject(Object.assign(new Error("no answer"), { temporary: true }));
  for (let turn = 0; turn < 20; turn += 1) await settled();
  assert.equal(page.server.posted.length, 2);
});

test("a message that waits because somebody wrote too fast says so, until it is sent", async () => {
  const page = openPage();
  const tooFast = Object.assign(new Error("wait"), { temporary: true, status: 429, retryAfterMs: 3_000 });
  page.server.answer = (_, attempt) => [undefined, () => Promise.reject(tooFast), noAnswer][attempt]?.();
  page.say("Hello");
  await settled();
  const waits = () => [...page.pending.values()].map((item) => item.tooFast);
  assert.deepEqual(waits(), [true]);
  assert.deepEqual(page.clock.waits(), [3_000]);
  page.clock.pass(3_000);
  await settled();
  assert.deepEqual(waits(), [false]); // now it waits for the network
  await passMinutes(page, 1);
  assert.deepEqual(page.sent, ["Hello"]);
});
