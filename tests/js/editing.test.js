"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { deferred, settled } = require("./fakes.js");
require("../../static/chat/composer.js");
require("../../static/chat/editing.js");
require("../../static/chat/words.js");

const IN_THE_ROOM = { id: 7, from: "Alice", text: "Hello", date: "2026-03-04T01:30:00.123Z" };
const MESSAGE = { ...IN_THE_ROOM, key: "secret" };
const failure = (status) => Promise.reject(Object.assign(new Error(`failed ${status}`), { status }));

// Alice's page: her draft is in the field and her message is being edited.
function openPage({ draft = "Draft" } = {}) {
  const page = { field: { value: draft }, problem: "", draft, shown: null, asked: [], changes: 1 };
  const showProblem = (problem) => (page.problem = problem);
  page.answer = () => undefined;
  page.composer = chat.composer({
    field: page.field,
    draft: { load: () => "", keep: (text) => (page.draft = text) },
    maxLength: 20,
    words: chat.words,
    hand: assert.fail,
    showProblem,
    onText: () => {},
    editLast: () => false,
  });
  page.editing = chat.editing({
    composer: page.composer,
    edit: async ({ id, text, key }) => {
      page.asked.push({ id, text, key });
      return (await page.answer()) ?? page.now(text);
    },
    maxLength: 20,
    words: chat.words,
    showProblem,
    show: (shown) => (page.shown = shown),
    onChanged: (message) => page.editing.changed(message),
  });
  page.now = (text, more) => {
    page.changes += 1;
    return { ...IN_THE_ROOM, text, edited: "now", change: page.changes, ...more };
  };
  page.deleted = () => page.now("", { deleted: "now" });
  page.type = (text) => {
    page.field.value = text;
    page.composer.typed();
  };
  page.save = () => {
    page.composer.submit();
    return settled();
  };
  page.editing.start(MESSAGE);
  return page;
}

function assertLeft(page, draft = "Draft") {
  assert.deepEqual([page.field.value, page.draft, page.shown], [draft, draft, { id: null, saving: false }]);
}

function assertEditing(page, text) {
  assert.deepEqual([page.field.value, page.shown], [text, { id: 7, saving: false }]);
}

test("the field shows the message, and after saving the draft again", async () => {
  const page = openPage();
  assertEditing(page, "Hello");
  page.type("Hello Bob");
  await page.save();
  assert.deepEqual(page.asked, [{ id: 7, text: "Hello Bob", key: "secret" }]);
  assertLeft(page);
  assert.equal(page.problem, "");
});

test("an unchanged text is not sent", async () => {
  const page = openPage();
  await page.save();
  assert.deepEqual(page.asked, []);
  assertLeft(page);
});

test("a blank or too long text is refused in words, and stays", async () => {
  const page = openPage();
  for (const text of [" \n", "🦀".repeat(21)]) {
    page.type(text);
    await page.save();
    assert.notEqual(page.problem, "");
    assertEditing(page, text);
  }
  assert.deepEqual(page.asked, []);
  page.type("🦀".repeat(20));
  await page.save();
  assertLeft(page);
});

test("while it is being saved nothing else can be done with the field", async () => {
  const page = openPage();
  const answer = deferred();
  page.answer = () => answer.promise;
  page.type("Hello Bob");
  await page.save();
  assert.deepEqual(page.shown, { id: 7, saving: true });
  page.editing.leave();
  page.editing.start({ ...MESSAGE, id: 8 });
  await page.save();
  assert.deepEqual([page.field.value, page.shown.id, page.asked.length], ["Hello Bob", 7, 1]);
  answer.resolve(page.now("Hello Bob"));
  await settled();
  assertLeft(page);
});

test("a save that failed says why, and can be tried again", async () => {
  const page = openPage();
  page.answer = () => failure(0);
  page.type("Hello Bob");
  await page.save();
  assert.equal(page.problem, "failed 0");
  assertEditing(page, "Hello Bob");
  page.answer = () => undefined;
  await page.save();
  assert.equal(page.asked.length, 2);
  assertLeft(page);
});

test("the stream may tell of a saved change whose answer got lost", async () => {
  const page = openPage();
  page.answer = () => failure(0);
  page.type("Hello Bob");
  await page.save();
  page.editing.changed(page.now("Hello Bob"));
  assertLeft(page);
  assert.equal(page.problem, "");
});

test("what was told while a save was on its way counts when that has failed", async () => {
  const during = async (news) => {
    const page = openPage();
    const answer = deferred();
    page.answer = () => answer.promise;
    page.type("Hello Bob");
    await page.save();
    page.editing.changed(news(page));
    assert.deepEqual(page.shown, { id: 7, saving: true });
    answer.reject(Object.assign(new Error("no answer"), { status: 0 }));
    await settled();
    return page;
  };
  assertLeft(await during((page) => page.now("Hello Bob"))); // it was this very save
  const edited = await during((page) => page.now("Hello Eve"));
  assertEditing(edited, "Hello Bob");
  assert.equal(edited.problem, chat.words.editedElsewhere);
  const deleted = await during((page) => page.deleted());
  assertLeft(deleted, "Draft\nHello Bob");
  assert.equal(deleted.problem, chat.words.deletedElsewhere(true));
});

test("what was told during one save does not count after the next", async () => {
  const page = openPage();
  const first = deferred();
  page.answer = () => first.promise;
  page.type("Hello Bob");
  await page.save();
  page.editing.changed(page.now("Hello Eve"));
  first.reject(Object.assign(new Error("no answer"), { status: 0 }));
  await settled();
  page.answer = () => failure(0);
  await page.save();
  assert.equal(page.problem, "failed 0");
});

test("what was written for a message that is gone by then goes to the draft", async () => {
  for (const status of [404, 410]) {
    const page = openPage();
    page.answer = () => failure(status);
    page.type("Hello Bob");
    await page.save();
    assertLeft(page, "Draft\nHello Bob");
    assert.equal(page.problem, chat.words.deletedElsewhere(true));
  }
});

test("a message that is deleted meanwhile is left, and what was written goes to the draft", () => {
  const page = openPage({ draft: "" });
  page.type("Hello Bob");
  page.editing.changed(page.deleted());
  assertLeft(page, "Hello Bob");
  assert.equal(page.problem, chat.words.deletedElsewhere(true));
});

test("a deleted message's own text does not go to the draft", () => {
  const page = openPage();
  page.editing.changed(page.deleted());
  assertLeft(page);
  assert.equal(page.problem, chat.words.deletedElsewhere(false));
});

test("an edit from elsewhere is followed as long as nothing was written", () => {
  const page = openPage();
  page.editing.changed(page.now("Hello Carol"));
  assertEditing(page, "Hello Carol");
  assert.equal(page.problem, "");
});

test("an edit from elsewhere does not touch what was written, and is spoken of", async () => {
  const page = openPage();
  page.type("Hello Bob");
  page.editing.changed(page.now("Hello Carol"));
  assertEditing(page, "Hello Bob");
  assert.equal(page.problem, chat.words.editedElsewhere);
  page.type("Hello"); // its text when the editing began: no longer what is in the room
  await page.save();
  assert.deepEqual(page.asked, [{ id: 7, text: "Hello", key: "secret" }]);
});

test("old news and other messages' change nothing", () => {
  const page = openPage();
  const old = page.now("Oldest");
  page.editing.changed(page.now("Newer"));
  page.editing.changed(old);
  page.editing.changed({ ...page.deleted(), id: 8 });
  assertEditing(page, "Newer");
});

test("when another message's editing begins the draft still waits", () => {
  const page = openPage();
  page.editing.start({ ...MESSAGE, id: 8, text: "Other" });
  assert.deepEqual([page.field.value, page.shown.id], ["Other", 8]);
  page.editing.leave();
  assertLeft(page);
});

test("an edit that was begun is not thrown away for another message", () => {
  const page = openPage();
  page.type("Hello Bob");
  page.editing.start({ ...MESSAGE, id: 8, text: "Other" });
  assertEditing(page, "Hello Bob");
  assert.equal(page.problem, chat.words.editFirst);
});

test("to leave when nothing is being edited leaves the draft alone", () => {
  const page = openPage();
  page.editing.leave();
  page.type("Another draft");
  page.editing.leave();
  assert.equal(page.field.value, "Another draft");
});
