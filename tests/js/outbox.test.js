"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { deferred, fakeClock, fakeStorage, settled } = require("./fakes.js");
require("../../static/chat/back_off.js");
require("../../static/chat/outbox.js");
require("../../static/chat/pending_store.js");
require("../../static/chat/safe_storage.js");
require("../../static/chat/wire_message.js");
require("../../static/chat/words.js");

const MINUTE_MS = 60_000;
const noAnswer = () => Promise.reject(Object.assign(new Error("no answer"), { temporary: true, status: 0 }));
const refusal = (status = 400) =>
  Promise.reject(Object.assign(new Error(`refused ${status}`), { temporary: false, status }));

// A server that stores each key once and answers as `answer` says: undefined is its usual answer.
function fakeServer() {
  const server = { stored: [], posted: [], answer: () => undefined };
  server.post = async ({ text, key, tag }) => {
    server.posted.push({ text, key, tag });
    const answer = server.answer(text, server.posted.length);
    if (answer) return answer;
    return server.store({ text, key, tag });
  };
  server.store = ({ text, key, tag }) => {
    let message = server.stored.find((message) => message.key === key);
    if (!message) server.stored.push((message = { id: server.stored.length + 1, from: "Alice", text, tag, key }));
    return message;
  };
  server.texts = () => server.stored.map(({ text }) => text);
  return server;
}

let ids = 0;

function openPage({ server = fakeServer(), storage = fakeStorage(), clock = fakeClock() } = {}) {
  const page = { server, storage, clock, pending: new Map(), sent: [], keys: new Map() };
  page.store = chat.pendingStore({
    storage: chat.safeStorage(() => storage),
    room: "lobby",
    user: "Alice",
    readJson: chat.readJson,
  });
  page.outbox = chat.outbox({
    store: page.store,
    post: server.post,
    user: "Alice",
    newId: () => `id ${(ids += 1)}`,
    words: chat.words,
    show: (item) => page.pending.set(item.tag, { ...item }),
    hide: (tag) => page.pending.delete(tag),
    keepKey: (message, key) => page.keys.set(message.id, key),
    onSent: (message) => page.sent.push(message.text),
    backOff: chat.backOff({ random: () => 1 }),
    ...clock,
  });
  page.outbox.restore();
  page.outbox.send();
  page.say = (...texts) => texts.forEach(page.outbox.add);
  page.texts = () => [...page.pending.values()].map(({ text }) => text);
  page.problems = () => [...page.pending.values()].map(({ problem }) => problem);
  page.tags = () => [...page.pending.keys()];
  page.reload = () => openPage({ server, storage, clock });
  return page;
}

async function passMinutes(page, minutes) {
  for (let second = 0; second < minutes * 60; second += 5) {
    page.clock.pass(5_000);
    await settled();
  }
}

test("a message is shown at once and gone from the outbox when the server has it", async () => {
  const page = openPage();
  page.say("Hello");
  assert.deepEqual(page.texts(), ["Hello"]);
  await settled();
  assert.deepEqual(page.texts(), []);
  assert.deepEqual(page.sent, ["Hello"]);
  assert.deepEqual(page.store.load(), []);
});

test("messages go one at a time, in the order typed", async () => {
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

test("the message is in the storage before it is posted", () => {
  const page = openPage();
  page.server.answer = () => assert.equal(page.store.load().length, 1);
  page.say("Hello");
  assert.equal(page.server.posted.length, 1);
});

test("after no answer it is sent again, ever later, with the same key and tag", async () => {
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

test("nobody overtakes a message that waits", async () => {
  const page = openPage();
  page.server.answer = (text, attempt) => (attempt < 4 ? noAnswer() : undefined);
  page.say("one");
  await settled();
  page.say("two", "three");
  await settled();
  await passMinutes(page, 1);
  assert.deepEqual(page.server.texts(), ["one", "two", "three"]);
});

test("a wake-up does not wait for the next attempt's turn", async () => {
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

test("a message that the stream has brought is not sent again after its answer got lost", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  page.outbox.settle(page.server.store(page.server.posted[0]));
  await passMinutes(page, 1);
  assert.equal(page.server.posted.length, 1);
});

test("a message that the stream has brought can't fail any more", async () => {
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

test("one next attempt waits at a time", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  await settled();
  page.outbox.send();
  await settled();
  assert.deepEqual(page.clock.waits(), [2_000]);
});

test("a failed message that has arrived after all is taken out too", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("Hello");
  await passMinutes(page, 11);
  page.outbox.settle(page.server.store(page.server.posted[0]));
  assert.deepEqual(page.texts(), []);
});

test("the tag alone proves nothing: it is public", async () => {
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

test("without storage messages are sent all the same", async () => {
  const storage = Object.assign(fakeStorage(), { full: true });
  const page = openPage({ storage });
  page.server.answer = (_, attempt) => (attempt === 1 ? noAnswer() : undefined);
  page.say("one", "two");
  await settled();
  page.clock.pass(1_000);
  await settled();
  assert.deepEqual(page.server.texts(), ["one", "two"]);
});

test("half a surrogate pair does not keep a message from being known again", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("a\ud83e 🦀");
  const [{ text, tag }] = page.server.posted;
  assert.equal(text, "a\ufffd 🦀");
  page.outbox.settle({ id: 1, from: "Alice", text, tag });
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

test("after a success the next trouble begins with a short wait again", async () => {
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

test("a server that asks for a rest is left in peace, by new messages and wake-ups too", async () => {
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

test("a rest shorter than the back-off does not shorten it", async () => {
  const page = openPage();
  page.server.answer = () => busy(0.5);
  page.say("Hello");
  await settled();
  assert.deepEqual(page.clock.waits(), [1_000]);
});

test("no rest is longer than five minutes", async () => {
  const page = openPage();
  page.server.answer = (_, attempt) => (attempt === 1 ? busy(86_400) : undefined);
  page.say("Hello");
  await passMinutes(page, 6);
  assert.deepEqual(page.server.texts(), ["Hello"]);
});

test("the key of what has arrived is kept, whether the answer tells or the stream", async () => {
  const page = openPage();
  page.say("one");
  await settled();
  page.server.answer = noAnswer;
  page.say("two");
  page.outbox.settle(page.server.store(page.server.posted[1]));
  const [one, two] = page.server.posted;
  assert.deepEqual([...page.keys], [[1, one.key], [2, two.key]]);
});

function rewritten(page) {
  const texts = [];
  page.tags().forEach((tag) => page.outbox.rewrite(tag, (text) => texts.push(text)));
  return texts;
}

test("what was refused is taken out for being written anew, when its text is safe", async () => {
  const page = openPage();
  page.server.answer = () => refusal();
  page.say("Hello");
  await settled();
  page.outbox.rewrite(page.tags()[0], (text) => assert.deepEqual([text, page.store.load().length], ["Hello", 1]));
  assert.deepEqual([page.texts(), page.store.load()], [[], []]);
});

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

test("what is on its way, or would be next, may be sent in another way as well", async () => {
  const page = openPage();
  assert.equal(page.outbox.next(), null);
  page.server.answer = noAnswer;
  page.say("one", "two");
  assert.equal(page.outbox.next().text, "one");
  page.outbox.discard(page.outbox.next().tag);
  assert.equal(page.outbox.next().text, "two");
  await passMinutes(page, 11);
  assert.equal(page.outbox.next(), null); // it is not sent without being asked again
});

test("who is asked to send while an attempt is on its way tries again at once when that has failed", async () => {
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

test("what is typed while an attempt is on its way does not hasten the next", async () => {
  const page = openPage();
  const first = deferred();
  page.server.answer = (_, attempt) => (attempt === 1 ? first.promise : undefined);
  page.say("one", "two");
  first.reject(Object.assign(new Error("no network"), { temporary: true, status: 0 }));
  await settled();
  assert.equal(page.server.posted.length, 1);
});
