import { test } from "node:test";
import assert from "node:assert/strict";
import { deferred, fakeStorage, settled } from "../fakes.js";
import { noAnswer, openPage, passMinutes, refusal } from "./outbox_page.js";

test("a message is shown at once, and leaves the outbox when the server has it", async () => {
  const page = openPage();
  page.say("Hello");
  assert.deepEqual(page.texts(), ["Hello"]);
  await settled();
  assert.deepEqual(page.texts(), []);
  assert.deepEqual(page.sent, ["Hello"]);
  assert.deepEqual(page.store.load(), []);
});

test("messages are sent one at a time, in the order typed", async () => {
  const page = openPage();
  const first = deferred();
  page.server.answer = (text) => (text === "one" ? first.promise : undefined);
  page.say("one", "two", "three");
  await settled();
  assert.equal(page.server.posted.length, 1);
  first.resolve(page.server.store(page.server.posted[0]));
  await settled();
  assert.deepEqual(page.server.texts(), ["one", "two", "three"]);
  assert.equal(page.server.posted.length, 3);
});

test("a message is stored before it is posted", () => {
  const page = openPage();
  page.server.answer = () => assert.equal(page.store.load().length, 1);
  page.say("Hello");
  assert.equal(page.server.posted.length, 1);
});

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

test("a message whose answer got lost is stored once", async () => {
  const page = openPage();
  page.server.answer = (_, attempt) => {
    if (attempt > 1) return undefined;
    page.server.store(page.server.posted[0]);
    return noAnswer();
  };
  page.say("Hello");
  await settled();
  page.clock.pass(1_000);
  await settled();
  assert.equal(page.server.posted.length, 2);
  assert.deepEqual(page.server.texts(), ["Hello"]);
});

test("no message overtakes one that waits", async () => {
  const page = openPage();
  page.server.answer = (text, attempt) => (attempt < 4 ? noAnswer() : undefined);
  page.say("one");
  await settled();
  page.say("two", "three");
  await settled();
  await passMinutes(page, 1);
  assert.deepEqual(page.server.texts(), ["one", "two", "three"]);
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

test("the stream may bring the message before the answer does", async () => {
  const page = openPage();
  const answer = deferred();
  page.server.answer = () => answer.promise;
  page.say("Hello");
  const message = page.server.store(page.server.posted[0]);
  page.outbox.settle(message);
  assert.deepEqual(page.texts(), []);
  answer.resolve(message);
  await settled();
  assert.equal(page.server.posted.length, 1);
});

test("a message that the stream brought is not sent again, even if its answer got lost", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  page.outbox.settle(page.server.store(page.server.posted[0]));
  await passMinutes(page, 1);
  assert.equal(page.server.posted.length, 1);
});

test("a message that the stream brought can't fail", async () => {
  const page = openPage();
  const answer = deferred();
  page.server.answer = () => answer.promise;
  page.say("Hello");
  page.outbox.settle(page.server.store(page.server.posted[0]));
  answer.resolve(refusal());
  await settled();
  assert.deepEqual(page.texts(), []);
  assert.deepEqual(page.store.load(), []);
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

test("the tag alone proves nothing, because it is public", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  const [{ tag }] = page.server.posted;
  page.outbox.settle({ id: 1, from: "Mallory", text: "Hello", tag });
  page.outbox.settle({ id: 2, from: "Alice", text: "Bye", tag });
  page.outbox.settle({ id: 3, from: "Alice", text: "Hello" });
  page.outbox.settle({ id: 4, from: "Alice", text: "Hello", tag: "another" });
  assert.deepEqual(page.texts(), ["Hello"]);
});

test("messages are sent without a storage too", async () => {
  const storage = Object.assign(fakeStorage(), { full: true });
  const page = openPage({ storage });
  page.server.answer = (_, attempt) => (attempt === 1 ? noAnswer() : undefined);
  page.say("one", "two");
  await settled();
  page.clock.pass(1_000);
  await settled();
  assert.deepEqual(page.server.texts(), ["one", "two"]);
});

test("messages are sent when the storage gets full after the first one", async () => {
  const storage = fakeStorage();
  const page = openPage({ storage });
  page.server.answer = (_, attempt) => (attempt === 1 ? noAnswer() : undefined);
  page.say("one");
  await settled();
  storage.full = true;
  page.say("two");
  page.clock.pass(1_000);
  await settled();
  assert.deepEqual(page.server.texts(), ["one", "two"]);
});

test("a message with half of a surrogate pair is recognised when it comes back", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("a\ud83e 🦀");
  const [{ text, tag }] = page.server.posted;
  assert.equal(text, "a\ufffd 🦀");
  page.outbox.settle({ id: 1, from: "Alice", text, tag });
  assert.deepEqual(page.texts(), []);
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

const busy = (seconds) =>
  Promise.reject(Object.assign(new Error("busy"), { temporary: true, status: 503, retryAfterMs: seconds * 1_000 }));

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

test("the key of an arrived message is kept, whether the answer or the stream brought it", async () => {
  const page = openPage();
  page.say("one");
  await settled();
  page.server.answer = noAnswer;
  page.say("two");
  page.outbox.settle(page.server.store(page.server.posted[1]));
  const [one, two] = page.server.posted;
  assert.deepEqual([...page.keys], [[1, one.key], [2, two.key]]);
});

test("next() gives the message that is on its way or would be next", async () => {
  const page = openPage();
  assert.equal(page.outbox.next(), null);
  page.server.answer = noAnswer;
  page.say("one", "two");
  assert.equal(page.outbox.next().text, "one");
  page.outbox.discard(page.outbox.next().tag);
  assert.equal(page.outbox.next().text, "two");
  await passMinutes(page, 11);
  assert.equal(page.outbox.next(), null); // it fails before it would be sent
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

test("after a message that another tab has sent, the next one is sent at once", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("one", "two");
  await settled();
  page.reload().outbox.discard(page.tags()[0]);
  page.server.answer = () => undefined;
  page.outbox.send();
  await settled();
  assert.deepEqual(page.server.texts(), ["two"]);
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

test("a failed message of an older page may have arrived", async () => {
  const page = openPage();
  page.server.answer = () => refusal();
  page.say("Hello");
  await settled();
  const name = page.storage.key(0).includes(page.tags()[0]) ? page.storage.key(0) : page.storage.key(1);
  const { unsure, ...item } = JSON.parse(page.storage.getItem(name));
  assert.equal(unsure, false);
  page.storage.setItem(name, JSON.stringify(item));
  const later = page.reload();
  later.outbox.resend(later.tags()[0]);
  await settled();
  assert.equal([...later.pending.values()][0].refused, false);
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

test("the next message is the first that waits, unless it is old or another tab has removed it", async () => {
  const page = openPage();
  assert.deepEqual([page.outbox.next(), page.outbox.isEmpty()], [null, true]);
  page.server.answer = noAnswer;
  page.say("Hello");
  await settled();
  assert.deepEqual([page.outbox.next().text, page.outbox.isEmpty()], ["Hello", false]);
  const later = page.reload();
  later.clock.sleep(11 * 60_000);
  assert.equal(later.outbox.next(), null);

  const other = openPage();
  other.server.answer = noAnswer;
  other.say("Hello");
  await settled();
  other.reload().outbox.discard(other.tags()[0]);
  assert.equal(other.outbox.next(), null);
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
