import { test } from "node:test";
import assert from "node:assert/strict";
import { deferred, fakeStorage, settled } from "../fakes.js";
import { createOwnKeys } from "../../../static/chat/compose/own_keys.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";
import { createAuthorKey } from "../../../static/chat/room/author_key.js";
import { createIdentity } from "../../../static/chat/room/identity.js";

const MARK = "k7qfabcd";
const KEPT_SECRET = "an older secret";
const ANN = { id: 1, from: "Ann", date: "2026-03-04T01:30:00.123Z", author: MARK };
const OTHER_ANN = { ...ANN, id: 2, author: "bbbbbbbb" };
const ANN_BY_CURL = { id: 3, from: "Ann", date: ANN.date };
let secrets = 0;

// A page of a room. `changes` are the ids of the messages that it must draw again; undefined means all.
// `you`: the mark, if the server says it with the page. `user`: the person's name, if the server knows it.
function openPage(storage = fakeStorage(), room = "lobby", { you, user } = {}) {
  const safe = createSafeStorage(() => storage);
  const newKey = () => `one-more-secret-${(secrets += 1)}`;
  const authorKey = createAuthorKey({ storage: safe, user, newKey });
  const keys = createOwnKeys({ storage: safe, room, user });
  const identity = createIdentity({ storage: safe, room, you, authorKey, keys });
  const page = { ...identity, storage, changes: [], asked: 0, answer: () => undefined };
  identity.listen({ changed: (id) => page.changes.push(id) });
  page.open = () =>
    identity.start(async () => {
      page.asked += 1;
      await page.answer();
    });
  page.own = (...messages) => messages.map(identity.isOwn);
  return page;
}

const withSecret = () => {
  const storage = fakeStorage();
  openPage(storage);
  return storage;
};

test("a name proves nothing, and the mark does", () => {
  const page = openPage();
  assert.deepEqual(page.own(ANN, OTHER_ANN, ANN_BY_CURL), [false, false, false]);
  page.learn(MARK, page.key());
  assert.deepEqual(page.own(ANN, OTHER_ANN, ANN_BY_CURL), [true, false, false]);
  assert.deepEqual(page.changes, [undefined]);
  page.learn(MARK, page.key());
  assert.deepEqual(page.changes, [undefined]);
  assert.equal(page.mark(), MARK);
});

test("an older message is an own one if this browser holds its key", () => {
  const page = openPage();
  page.keepKey(ANN_BY_CURL, "k3");
  assert.deepEqual(page.own(ANN, ANN_BY_CURL), [false, true]);
  assert.equal(page.keyOf(ANN_BY_CURL), "k3");
  assert.deepEqual(page.changes, [3]);
});

test("the next page of this room knows the mark at once, and no other room has it", () => {
  const page = openPage();
  page.learn(MARK, page.key());
  const next = openPage(page.storage);
  assert.deepEqual(next.own(ANN), [true]);
  assert.deepEqual(openPage(page.storage, "attic").own(ANN), [false]);
});

test("an answer without a mark, or to another secret, teaches nothing", () => {
  const page = openPage();
  page.learn(undefined, page.key());
  page.learn({}, page.key());
  page.learn(MARK, KEPT_SECRET);
  assert.deepEqual([page.mark(), page.changes], [undefined, []]);
});

test("while the mark is unknown, the page knows its message by the tag that it sends", () => {
  const page = openPage();
  page.sends("t1");
  const mine = { ...ANN, tag: "t1" };
  assert.deepEqual(page.own(mine, { ...ANN, tag: "t2" }, ANN), [true, false, false]);
  page.learn(MARK, page.key());
  assert.deepEqual(page.own(mine, { ...OTHER_ANN, tag: "t1" }), [true, false]); // somebody copied the public tag
});

test("a page with a kept secret and no mark asks once, and learns", async () => {
  const page = openPage(withSecret());
  const answer = deferred();
  page.answer = () => answer.promise;
  const opened = page.open();
  page.find();
  assert.equal(page.asked, 1);
  page.learn(MARK, page.key());
  answer.resolve();
  await opened;
  await page.find();
  assert.equal(page.asked, 1);
});

test("a page without an answer asks again when the server may be back", async () => {
  const page = openPage(withSecret());
  page.answer = () => Promise.reject(new Error("no answer"));
  await page.open();
  await page.find();
  page.followStorage({ key: "theme" });
  assert.equal(page.asked, 2);
});

test("a page with a new secret has no messages and asks for nothing, nor does one that knows its mark", async () => {
  const page = openPage();
  await page.open();
  page.learn(MARK, page.key());
  const next = openPage(page.storage);
  await next.open();
  assert.deepEqual([page.asked, next.asked], [0, 0]);
});

test("what another tab learns is known here", () => {
  const page = openPage();
  const other = openPage(page.storage);
  other.learn(MARK, other.key());
  page.followStorage({ key: 'chat mark "lobby"' });
  assert.deepEqual([page.mark(), page.changes], [MARK, [undefined]]);
  page.followStorage({ key: "theme" });
  other.keepKey(ANN_BY_CURL, "k3");
  page.followStorage({ key: 'chat key "lobby" 3', newValue: "{}" });
  assert.deepEqual(page.changes, [undefined, 3]);
});

test("when another tab's secret wins, the mark is unknown, and the page asks", async () => {
  const page = openPage();
  await page.open();
  page.learn(MARK, page.key());
  page.storage.setItem("chat author key", "the-secret-that-won");
  page.followStorage({ key: "chat author key" });
  await settled();
  assert.deepEqual([page.mark(), page.asked, page.own(ANN)], [undefined, 1, [false]]);
  assert.deepEqual(openPage(page.storage).mark(), undefined); // the kept mark belongs to the other secret
});

test("an answer may tell the mark of another tab's secret before the storage tells of the secret", () => {
  const page = openPage();
  page.storage.setItem("chat author key", "the-secret-that-won");
  page.learn(MARK, page.key());
  page.followStorage({ key: "chat author key" });
  assert.equal(page.mark(), MARK);
  page.storage.removeItem('chat mark "lobby"');
  page.followStorage({ key: 'chat mark "lobby"' });
  assert.equal(page.mark(), MARK);
});

test("a page whose storage somebody empties keeps its secret and its mark", () => {
  const page = openPage();
  const secret = page.key();
  page.learn(MARK, secret);
  page.storage.clear();
  page.followStorage({ key: null, newValue: null });
  assert.deepEqual([page.mark(), page.key()], [MARK, secret]);
});

test("where the server knows the person, a fresh browser knows its messages at once, and asks nothing", async () => {
  const page = openPage(fakeStorage(), "lobby", { you: MARK, user: "Ann" });
  await page.open();
  assert.deepEqual([page.own(ANN, OTHER_ANN, ANN_BY_CURL), page.mark(), page.asked], [[true, false, false], MARK, 0]);
});

test("the mark that the server knows stays: another person's answers and storage change nothing", async () => {
  const storage = withSecret();
  const before = openPage(storage);
  before.learn(OTHER_ANN.author, before.key());
  const page = openPage(storage, "lobby", { you: MARK });
  page.keepKey(OTHER_ANN, "k2");
  page.sends("t1");
  page.learn(OTHER_ANN.author, page.key());
  page.followStorage({ key: 'chat mark "lobby"' });
  page.followStorage({ key: null });
  await settled();
  assert.deepEqual(page.own(ANN, OTHER_ANN, { ...OTHER_ANN, tag: "t1" }), [true, false, false]);
  assert.deepEqual([page.mark(), page.asked], [MARK, 0]);
  assert.deepEqual(openPage(storage).own(OTHER_ANN), [true]); // its storage is left alone
});

test("of two people in one browser whose names the server knows, each has a secret, a mark and keys", () => {
  const storage = fakeStorage();
  const tabOf = (user) => openPage(storage, "lobby", { user });
  const [ann, bob] = [tabOf("Ann"), tabOf("Bob")];
  ann.learn(MARK, ann.key());
  ann.keepKey(ANN_BY_CURL, "k3");
  assert.notEqual(ann.key(), bob.key());
  assert.deepEqual([tabOf("Ann").own(ANN, ANN_BY_CURL), tabOf("Ann").key()], [[true, true], ann.key()]);
  for (const other of [bob, tabOf("Bob"), openPage(storage)]) {
    assert.deepEqual([other.own(ANN, ANN_BY_CURL), other.keyOf(ANN_BY_CURL)], [[false, false], null]);
  }
});
