"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { deferred, settled } = require("./fakes.js");
require("../../static/chat/composer.js");
require("../../static/chat/words.js");

function composerWith({ text = "Hello", post = async (sent) => ({ id: 1, text: sent }), maxLength = 10 } = {}) {
  const seen = { posted: [], messages: [], problem: "", sending: [] };
  const field = { value: text };
  const composer = chat.composer({
    field,
    maxLength,
    words: chat.words,
    post: (sent) => {
      seen.posted.push(sent);
      return post(sent);
    },
    onSent: (message) => seen.messages.push(message),
    showProblem: (problem) => (seen.problem = problem),
    showSending: (sending) => seen.sending.push(sending),
  });
  return { composer, field, seen };
}

function press(composer, event) {
  let prevented = false;
  composer.keydown({ key: "Enter", keyCode: 13, preventDefault: () => (prevented = true), ...event });
  return prevented;
}

test("a sent message leaves the field and is handed on", async () => {
  const { composer, field, seen } = composerWith();
  await composer.send();
  assert.equal(field.value, "");
  assert.deepEqual(seen.messages, [{ id: 1, text: "Hello" }]);
  assert.deepEqual(seen.sending, [true, false]);
});

test("the text is posted as it was typed, spaces and line ends included", async () => {
  const { composer, seen } = composerWith({ text: "  a\n b " });
  await composer.send();
  assert.deepEqual(seen.posted, ["  a\n b "]);
});

test("a refused message stays in the field, and the reason stands beside it", async () => {
  const { composer, field, seen } = composerWith({ post: () => Promise.reject(new Error("Too rude.")) });
  await composer.send();
  assert.equal(field.value, "Hello");
  assert.equal(seen.problem, "Too rude.");
  assert.deepEqual(seen.sending, [true, false]);
});

test("the problem goes away once a message is sent", async () => {
  let works = false;
  const { composer, seen } = composerWith({ post: async () => works || Promise.reject(new Error("No.")) });
  await composer.send();
  works = true;
  await composer.send();
  assert.equal(seen.problem, "");
});

test("the text is in the field until the server has it", async () => {
  const answer = deferred();
  const { composer, field } = composerWith({ post: () => answer.promise });
  composer.send();
  assert.equal(field.value, "Hello");
  answer.resolve({ id: 1 });
  await settled();
  assert.equal(field.value, "");
});

test("a second Enter while a message is on its way sends nothing", async () => {
  const answer = deferred();
  const { composer, seen } = composerWith({ post: () => answer.promise });
  press(composer);
  press(composer);
  answer.resolve({ id: 1 });
  await settled();
  assert.deepEqual(seen.posted, ["Hello"]);
});

test("what is typed while a message is on its way stays", async () => {
  const answer = deferred();
  const { composer, field } = composerWith({ post: () => answer.promise });
  composer.send();
  field.value += "more";
  answer.resolve({ id: 1 });
  await settled();
  assert.equal(field.value, "more");
});

test("blank text is not sent", () => {
  const { composer, seen } = composerWith({ text: " \n " });
  composer.send();
  assert.deepEqual(seen.posted, []);
});

test("the limit counts code points", async () => {
  const { composer, seen } = composerWith({ text: "🦀".repeat(10) });
  await composer.send();
  assert.equal(seen.posted.length, 1);
});

test("text over the limit is not sent, and the field says why", () => {
  const { composer, field, seen } = composerWith({ text: "x".repeat(11) });
  composer.send();
  assert.deepEqual(seen.posted, []);
  assert.equal(field.value.length, 11);
  assert.match(seen.problem, /11 characters, at most 10/);
});

test("Enter sends", () => {
  const { composer, seen } = composerWith();
  assert.equal(press(composer), true);
  assert.deepEqual(seen.posted, ["Hello"]);
});

test("Shift and Enter begin a new line", () => {
  const { composer, seen } = composerWith();
  assert.equal(press(composer, { shiftKey: true }), false);
  assert.deepEqual(seen.posted, []);
});

test("other keys are left alone", () => {
  const { composer, seen } = composerWith();
  assert.equal(press(composer, { key: "a" }), false);
  assert.deepEqual(seen.posted, []);
});

test("Enter that ends an input method's composition does not send", () => {
  const { composer, seen } = composerWith();
  assert.equal(press(composer, { isComposing: true }), false);
  assert.equal(press(composer, { keyCode: 229 }), false);
  assert.deepEqual(seen.posted, []);
});
