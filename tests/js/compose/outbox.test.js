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

test("a message is recognised by its tag and its text, and not by the name, which the server may change", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  const [{ tag }] = page.server.posted;
  page.outbox.settle({ id: 2, from: "Alice", text: "Bye", tag });
  page.outbox.settle({ id: 3, from: "Alice", text: "Hello" });
  page.outbox.settle({ id: 4, from: "Alice", text: "Hello", tag: "another" });
  assert.deepEqual(page.texts(), ["Hello"]);
  page.outbox.settle({ id: 5, from: "Alice, trimmed", text: "Hello", tag });
  assert.deepEqual(page.texts(), []);
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

test("the key of an arrived message is kept when the server answers, and not for a copy of its public tag", async () => {
  const page = openPage();
  const answer = deferred();
  page.server.answer = () => answer.promise;
  page.say("one");
  const [one] = page.server.posted;
  page.outbox.settle({ id: 9, from: "Alice", text: "one", tag: one.tag });
  assert.deepEqual([...page.keys], []);
  answer.resolve(page.server.store(one));
  await settled();
  assert.deepEqual([...page.keys], [[1, one.key]]);
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

test("the next message is none that another tab has removed", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  await settled();
  page.reload().outbox.discard(page.tags()[0]);
  assert.equal(page.outbox.next(), null);
});

test("a page that slept for long has no next message", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  await settled();
  page.clock.sleep(11 * 60_000);
  assert.equal(page.outbox.next(), null);
});

test("the outbox is empty until a message waits", () => {
  const page = openPage();
  assert.equal(page.outbox.isEmpty(), true);
  page.say("Hello");
  assert.equal(page.outbox.isEmpty(), false);
});
