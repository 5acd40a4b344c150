import { test } from "node:test";
import assert from "node:assert/strict";
import { createComposer } from "../../../static/chat/compose/composer.js";
import { strings } from "../../../static/chat/lib/strings.js";

function composerWith({ text = "Hello", draft = "", maxLength = 10, hasLast = true, isTouch = false } = {}) {
  const seen = { handed: [], problem: "", fieldThen: null, draft, texts: [], lastEdited: 0 };
  const field = { value: text };
  const composer = createComposer({
    field,
    draft: { load: () => seen.draft, keep: (text) => (seen.draft = text) },
    maxLength,
    send: (handed) => {
      seen.handed.push(handed);
      seen.fieldThen = field.value;
    },
    showProblem: (problem) => (seen.problem = problem),
    onText: (text) => seen.texts.push(text),
    isTouch: () => isTouch,
  });
  seen.editLast = () => hasLast && Boolean((seen.lastEdited += 1));
  return { composer, field, seen };
}

// Somebody who edits a message in the field.
function borrower() {
  const calls = [];
  return { calls, save: () => calls.push("save"), leave: () => calls.push("leave"), typed: () => calls.push("typed") };
}

function type(composer, field, text) {
  field.value = text;
  composer.typed();
}

function press(composer, event, editLast = assert.fail) {
  let prevented = false;
  composer.keydown({ key: "Enter", keyCode: 13, preventDefault: () => (prevented = true), ...event }, editLast);
  return prevented;
}

test("a message is sent and then leaves the field", () => {
  const { composer, field, seen } = composerWith();
  composer.submit();
  assert.deepEqual(seen.handed, ["Hello"]);
  assert.equal(seen.fieldThen, "Hello");
  assert.equal(field.value, "");
});

test("the text is sent as it was typed, including spaces and line ends", () => {
  const { composer, seen } = composerWith({ text: "  a\n b " });
  composer.submit();
  assert.deepEqual(seen.handed, ["  a\n b "]);
});

test("a second Enter sends nothing", () => {
  const { composer, seen } = composerWith();
  press(composer);
  press(composer);
  assert.deepEqual(seen.handed, ["Hello"]);
});

test("blank text is not sent", () => {
  const { composer, seen } = composerWith({ text: " \n " });
  composer.submit();
  assert.deepEqual(seen.handed, []);
});

test("a text that nobody can see is refused with a sentence", () => {
  for (const text of ["\u200b", "\u2800", "\u3164"]) {
    const { composer, field, seen } = composerWith({ text });
    composer.submit();
    assert.deepEqual([seen.handed, field.value, seen.problem], [[], text, strings.blank]);
  }
});

test("the limit counts code points", () => {
  const { composer, seen } = composerWith({ text: "🦀".repeat(10) });
  composer.submit();
  assert.equal(seen.handed.length, 1);
});

test("a text over the limit stays, and the sentence about it stays until the person types", () => {
  const { composer, field, seen } = composerWith({ text: "x".repeat(11) });
  composer.submit();
  assert.deepEqual(seen.handed, []);
  assert.equal(field.value.length, 11);
  assert.match(seen.problem, /11 characters, at most 10/);
  type(composer, field, "x");
  assert.equal(seen.problem, "");
});

test("Enter sends", () => {
  const { composer, seen } = composerWith();
  assert.equal(press(composer), true);
  assert.deepEqual(seen.handed, ["Hello"]);
});

test("Shift+Enter starts a new line", () => {
  const { composer, seen } = composerWith();
  assert.equal(press(composer, { shiftKey: true }), false);
  assert.deepEqual(seen.handed, []);
});

test("other keys do nothing", () => {
  const { composer, seen } = composerWith();
  assert.equal(press(composer, { key: "a" }), false);
  assert.deepEqual(seen.handed, []);
});

test("on a touch keyboard Enter starts a new line, also while a message is edited", () => {
  const { composer, seen } = composerWith({ isTouch: true });
  assert.equal(press(composer), false);
  const editor = borrower();
  composer.lend(editor, "Said");
  assert.equal(press(composer), false);
  assert.deepEqual([seen.handed, editor.calls], [[], []]);
});

test("Ctrl+Enter and Cmd+Enter send, on every keyboard", () => {
  for (const isTouch of [false, true]) {
    for (const event of [{ ctrlKey: true }, { metaKey: true }]) {
      const { composer, seen } = composerWith({ isTouch });
      assert.equal(press(composer, event), true);
      assert.deepEqual(seen.handed, ["Hello"]);
    }
  }
});

test("Enter does not send if it ends an input method's composition", () => {
  const { composer, seen } = composerWith();
  assert.equal(press(composer, { isComposing: true }), false);
  assert.equal(press(composer, { keyCode: 229 }), false);
  assert.deepEqual(seen.handed, []);
});

test("typed text is kept as the draft until it is sent", () => {
  const { composer, field, seen } = composerWith();
  type(composer, field, "Hi");
  assert.equal(seen.draft, "Hi");
  composer.submit();
  assert.equal(seen.draft, "");
});

test("the draft comes back, unless the field already has a text", () => {
  for (const [text, expected] of [["", "Draft"], ["Put back by the server", "Put back by the server"]]) {
    const { composer, field } = composerWith({ text, draft: "Draft" });
    composer.restore();
    assert.equal(field.value, expected);
  }
});

test("onText() gets every text that comes into the field", () => {
  const { composer, field, seen } = composerWith({ text: "", draft: "Draft" });
  composer.restore();
  type(composer, field, "Hi");
  composer.append("you");
  composer.lend(borrower(), "Hello");
  composer.giveBack();
  composer.submit();
  assert.deepEqual(seen.texts, ["Draft", "Hi", "Hi\nyou", "Hello", "Hi\nyou", ""]);
});

test("while the field is lent, the draft does not change", () => {
  const { composer, field, seen } = composerWith({ text: "" });
  const bob = borrower();
  type(composer, field, "Draft");
  composer.lend(bob, "Old text");
  assert.equal(field.value, "Old text");
  type(composer, field, "New text");
  assert.equal(press(composer), true);
  assert.deepEqual([bob.calls, seen.handed, seen.draft], [["typed", "save"], [], "Draft"]);
  composer.giveBack();
  assert.equal(field.value, "Draft");
});

test("the field may be lent again before it is given back", () => {
  const { composer, field } = composerWith({ text: "Draft" });
  composer.lend(borrower(), "One");
  composer.lend(borrower(), "Other");
  composer.giveBack();
  assert.equal(field.value, "Draft");
});

test("Escape only ends the borrowing", () => {
  const { composer } = composerWith();
  assert.equal(press(composer, { key: "Escape" }), false);
  const bob = borrower();
  composer.lend(bob, "Old text");
  assert.equal(press(composer, { key: "Escape", isComposing: true }), false);
  assert.deepEqual(bob.calls, []);
  assert.equal(press(composer, { key: "Escape" }), true);
  assert.deepEqual(bob.calls, ["leave"]);
});

test("the up arrow in an empty field edits the person's last message", () => {
  const { composer, seen } = composerWith({ text: "" });
  assert.equal(press(composer, { key: "ArrowUp" }, seen.editLast), true);
  assert.equal(seen.lastEdited, 1);
});

test("in any other case the up arrow moves the caret", () => {
  const up = { key: "ArrowUp" };
  const without = composerWith({ text: "", hasLast: false });
  assert.equal(press(without.composer, up, without.seen.editLast), false);
  const { composer, field, seen } = composerWith({ text: "Hello" });
  press(composer, up, seen.editLast);
  field.value = "";
  for (const modifier of ["shiftKey", "ctrlKey", "altKey", "metaKey", "isComposing"]) {
    press(composer, { ...up, [modifier]: true }, seen.editLast);
  }
  composer.lend(borrower(), "");
  press(composer, up, seen.editLast);
  assert.equal(seen.lastEdited, 0);
});

test("a text that comes back is added below the draft and kept with it", () => {
  const { composer, field, seen } = composerWith({ text: "Draft" });
  composer.append("Back");
  assert.deepEqual([field.value, seen.draft], ["Draft\nBack", "Draft\nBack"]);
  composer.lend(borrower(), "Old text");
  composer.append("again");
  assert.deepEqual([field.value, seen.draft], ["Old text", "Draft\nBack\nagain"]);
  composer.giveBack();
  assert.equal(field.value, "Draft\nBack\nagain");
});

test("a tab with the same draft follows the other tab", () => {
  const { composer, field } = composerWith({ text: "Hi" });
  composer.follow({ before: "Hi", after: "Hi Bob" });
  assert.equal(field.value, "Hi Bob");
  composer.lend(borrower(), "Old text");
  composer.follow({ before: "Hi Bob", after: "" }); // the other tab sent it
  assert.equal(field.value, "Old text");
  composer.giveBack();
  assert.equal(field.value, "");
});

test("a tab with another draft keeps its own", () => {
  const { composer, field } = composerWith({ text: "Mine" });
  composer.follow({ before: "Theirs", after: "Theirs too" });
  assert.equal(field.value, "Mine");
});

test("a problem goes away when the text is sent or another one comes into the field", () => {
  const tooLong = composerWith({ text: "Hello world" });
  tooLong.composer.submit();
  assert.notEqual(tooLong.seen.problem, "");
  tooLong.field.value = "Hello";
  tooLong.composer.submit();
  assert.equal(tooLong.seen.problem, "");
});
