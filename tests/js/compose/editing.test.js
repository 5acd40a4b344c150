import { test } from "node:test";
import assert from "node:assert/strict";
import { deferred, settled } from "../fakes.js";
import { MESSAGE, assertEditing, assertLeft, failure, openPage } from "./editing_page.js";
import { strings } from "../../../static/chat/lib/strings.js";

test("the field shows the message, and the draft again after the save", async () => {
  const page = openPage();
  assertEditing(page, "Hello");
  page.type("Hello Bob");
  await page.save();
  assert.deepEqual(page.asked, [{ id: 7, text: "Hello Bob", key: "secret" }]);
  assertLeft(page);
  assert.equal(page.problem, "");
});

test("the room has the saved text at once, so that the next edit starts with it", async () => {
  const page = openPage();
  page.type("Hello Bob");
  await page.save();
  page.editing.start({ ...page.inTheRoom, key: "secret" });
  assertEditing(page, "Hello Bob");
});

test("after a save the room has the message as the server wrote it", async () => {
  const page = openPage();
  const answer = page.now("Hello Bob (as the server writes it)");
  page.answer = () => answer;
  page.type("Hello Bob");
  await page.save();
  assert.equal(page.inTheRoom, answer);
  assertLeft(page);
});

test("to start the same edit again changes nothing", () => {
  const page = openPage();
  page.type("Hello B");
  page.editing.start(MESSAGE);
  assertEditing(page, "Hello B");
  assert.equal(page.problem, "");
  page.editing.leave();
  assertLeft(page);
});

test("an unchanged text is not sent", async () => {
  const page = openPage();
  await page.save();
  assert.deepEqual(page.asked, []);
  assertLeft(page);
});

test("a blank or too long text is refused with a sentence, and stays in the field", async () => {
  const page = openPage();
  for (const text of [" \n", "\u200b", "🦀".repeat(21)]) {
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

test("during a save nothing else can use the field", async () => {
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
  assert.equal(page.problem, "");
  answer.resolve(page.now("Hello Bob"));
  await settled();
  assertLeft(page);
});

test("a failed save says why, and can be tried again", async () => {
  const page = openPage();
  page.answer = () => failure(0);
  page.type("Hello Bob");
  await page.save();
  assert.equal(page.problem, "failed 0");
  assertEditing(page, "Hello Bob");
  const answer = deferred();
  page.answer = () => answer.promise;
  await page.save();
  assert.equal(page.problem, ""); // while it is tried again
  answer.resolve(page.now("Hello Bob"));
  await settled();
  assert.equal(page.asked.length, 2);
  assertLeft(page);
});

test("the stream may bring a saved change whose answer got lost", async () => {
  const page = openPage();
  page.answer = () => failure(0);
  page.type("Hello Bob");
  await page.save();
  page.editing.changed(page.now("Hello Bob"));
  assertLeft(page);
  assert.equal(page.problem, "");
});

test("a change that comes during a save counts if the save fails", async () => {
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
  assertLeft(await during((page) => page.now("Hello Bob"))); // this save did arrive
  const edited = await during((page) => page.now("Hello Eve"));
  assertEditing(edited, "Hello Bob");
  assert.equal(edited.problem, strings.editedElsewhere);
  const deleted = await during((page) => page.deleted());
  assertLeft(deleted, "Draft\nHello Bob");
  assert.equal(deleted.problem, strings.deletedElsewhere(true));
});

test("a change that came during one save does not count after the next save", async () => {
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

test("if the message no longer exists, the edited text goes to the draft", async () => {
  for (const status of [404, 410]) {
    const page = openPage();
    page.answer = () => failure(status);
    page.type("Hello Bob");
    await page.save();
    assertLeft(page, "Draft\nHello Bob");
    assert.equal(page.problem, strings.deletedElsewhere(true));
  }
});

test("if somebody deletes the message during the edit, the edited text goes to the draft", () => {
  const page = openPage({ draft: "" });
  page.type("Hello Bob");
  page.editing.changed(page.deleted());
  assertLeft(page, "Hello Bob");
  assert.equal(page.problem, strings.deletedElsewhere(true));
});

test("a deleted message's own text does not go to the draft", () => {
  const page = openPage();
  page.editing.changed(page.deleted());
  assertLeft(page);
  assert.equal(page.problem, strings.deletedElsewhere(false));
});

test("an edit from elsewhere appears in the field if the person has not typed", () => {
  const page = openPage();
  page.editing.changed(page.now("Hello Carol"));
  assertEditing(page, "Hello Carol");
  assert.equal(page.problem, "");
});

test("an edit from elsewhere does not replace typed text, and the person learns of it", async () => {
  const page = openPage();
  page.type("Hello Bob");
  page.editing.changed(page.now("Hello Carol"));
  assertEditing(page, "Hello Bob");
  assert.equal(page.problem, strings.editedElsewhere);
  page.type("Hello"); // the text when she started; the room has another one now
  await page.save();
  assert.deepEqual(page.asked, [{ id: 7, text: "Hello", key: "secret" }]);
});

test("old changes, and changes of other messages, do nothing", () => {
  const page = openPage();
  const old = page.now("Oldest");
  page.editing.changed(page.now("Newer"));
  page.editing.changed(old);
  page.editing.changed({ ...page.deleted(), id: 8 });
  assertEditing(page, "Newer");
});

test("a change that comes twice is news once", () => {
  const page = openPage();
  const change = page.now("Hello Carol");
  page.type("Hello Bob");
  page.editing.changed(change);
  page.type("Hello Bob and Carol");
  page.editing.changed(change);
  assertEditing(page, "Hello Bob and Carol");
  assert.equal(page.problem, "");
});

test("the draft still waits when the person edits another message", () => {
  const page = openPage();
  page.editing.start({ ...MESSAGE, id: 8, text: "Other" });
  assert.deepEqual([page.field.value, page.shown.id], ["Other", 8]);
  page.editing.leave();
  assertLeft(page);
});

test("an edit with typed text is not dropped for another message", () => {
  const page = openPage();
  page.type("Hello Bob");
  page.editing.start({ ...MESSAGE, id: 8, text: "Other" });
  assertEditing(page, "Hello Bob");
  assert.equal(page.problem, strings.editFirst);
});

test("leave() does nothing to the draft if nothing is being edited", () => {
  const page = openPage();
  page.editing.leave();
  page.type("Another draft");
  page.editing.leave();
  assert.equal(page.field.value, "Another draft");
});
