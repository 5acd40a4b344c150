import { test } from "node:test";
import assert from "node:assert/strict";
import { IN_THE_ROOM, assertEditing, assertLeft, failure, openPage, reload } from "./editing_page.js";
import { strings } from "../../../static/chat/lib/strings.js";

test("an edit in progress survives a reload, and nothing secret is kept with it", async () => {
  const page = openPage();
  page.type("Hello B");
  assert.doesNotMatch(page.kept, /secret/);
  const next = reload(page);
  assertEditing(next, "Hello B");
  next.type("Hello Bob");
  await next.save();
  assert.deepEqual(next.asked, [{ id: 7, text: "Hello Bob", key: "secret" }]);
  assertLeft(next);
  assert.equal(reload(next).shown, null);
});

test("an edit that was only begun survives a reload, and an unchanged text is not sent", async () => {
  const next = reload(reload(openPage()));
  assertEditing(next, "Hello");
  await next.save();
  assert.deepEqual(next.asked, []);
  assertLeft(next);
});

test("an edit in progress survives two reloads", () => {
  const page = openPage();
  page.type("Hello B");
  assertEditing(reload(reload(page)), "Hello B");
});

test("a reload continues with an edit from elsewhere", () => {
  const page = openPage();
  page.editing.changed(page.now("Hello Carol"));
  assertEditing(reload(page), "Hello Carol");
});

test("after a reload the edit continues on the message as it is now", () => {
  const page = openPage();
  page.type("Hello Bob");
  const other = reload(page, { current: page.now("Hello all") });
  assertEditing(other, "Hello Bob");
  assert.equal(other.problem, strings.editedElsewhere);
  assertEditing(reload(openPage(), { current: page.now("Hello all") }), "Hello all");
  assertLeft(reload(page, { current: page.now("Hello Bob") })); // it was saved when the page closed
  assertEditing(reload(page, { current: IN_THE_ROOM }), "Hello Bob");
});

test("a message that was deleted between two pages leaves its text in the draft", async () => {
  const page = openPage();
  page.type("Hello Bob");
  const next = reload(page);
  next.answer = () => failure(410);
  await next.save();
  assertLeft(next, "Draft\nHello Bob");
});

test("if the message is not the person's own, or with anything else in the storage, no edit continues", () => {
  const page = openPage();
  assert.equal(reload(page, { isOwn: false }).shown, null);
  assert.deepEqual(reload(page, { key: null }).shown, { id: 7, saving: false }); // the author's secret is proof enough
  for (const kept of ["", "{", "null", "7", '{"message":{"id":7},"text":"x"}', page.kept.replace('"Hello"}', "7}")]) {
    assert.equal(reload({ kept }).shown, null, kept);
  }
});
