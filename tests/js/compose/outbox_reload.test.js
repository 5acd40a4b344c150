import { test } from "node:test";
import assert from "node:assert/strict";
import { settled } from "../fakes.js";
import { noAnswer, openPage, refusal } from "./outbox_page.js";
import { strings } from "../../../static/chat/lib/strings.js";

const MINUTE_MS = 60_000;

test("a reload keeps waiting messages with their order and keys, and sends them", async () => {
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

test("a reload keeps failed messages with their reasons, and does not send them", async () => {
  const page = openPage();
  page.server.answer = () => refusal();
  page.say("Hello");
  await settled();
  const reloaded = page.reload();
  await settled();
  assert.deepEqual(reloaded.problems(), ["refused 400"]);
  assert.equal(page.server.posted.length, 1);
});

test("a message typed more than ten minutes before a reload is only sent if the person asks for it", async () => {
  const page = openPage();
  page.server.answer = noAnswer;
  page.say("one", "two");
  await settled();
  page.clock.sleep(11 * MINUTE_MS);
  page.server.answer = () => undefined;
  const reloaded = page.reload();
  await settled();
  assert.deepEqual(page.server.stored, []);
  assert.deepEqual(reloaded.problems(), [strings.typedLongAgo, strings.typedLongAgo]);
});

test("if two tabs send the same message, it is stored once, and both tabs are done", async () => {
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

test("a message that another tab discarded is not sent", async () => {
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
