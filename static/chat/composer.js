"use strict";

globalThis.chat ??= {};

// Owns the field. It holds the draft of the next message, or, while it is lent, what its borrower put in.
//
// field: has a `value`. draft: see draft.js. hand(text) keeps the text from then on, so it may leave the field.
// onText(text) is told what is in the field; editLast() returns whether there is a message to edit.
chat.composer = function ({ field, draft, hand, maxLength, words, showProblem, onText, editLast }) {
  let borrower = null; // {save, leave}
  let aside = ""; // the draft, meanwhile

  function restore() {
    if (field.value === "") field.value = draft.load(); // what the server put back, or was typed already, wins
    onText(field.value);
  }

  function submit() {
    if (borrower) borrower.save();
    else send();
  }

  function send() {
    const text = field.value;
    if (text.trim() === "") return;
    const length = [...text].length; // code points, as the server counts
    if (length > maxLength) return showProblem(words.tooLong(length, maxLength));
    hand(text);
    draft.keep("");
    fill("");
    showProblem("");
  }

  function fill(text) {
    field.value = text;
    onText(field.value);
  }

  function typed() {
    if (!borrower) draft.keep(field.value);
    showProblem("");
    onText(field.value);
  }

  // Lends the field to somebody who calls giveBack() in the end.
  function lend(to, text) {
    if (!borrower) aside = field.value;
    borrower = to;
    showProblem("");
    fill(text);
  }

  function giveBack() {
    borrower = null;
    showProblem("");
    fill(aside);
  }

  // Puts the text at the end of the draft.
  function append(text) {
    const all = [borrower ? aside : field.value, text].filter((part) => part.trim() !== "").join("\n");
    draft.keep(all);
    if (borrower) aside = all;
    else fill(all);
  }

  // A draft that is the same in two tabs stays the same; the one that differs is somebody's own.
  function follow({ before, after }) {
    if (borrower && aside === before) aside = after;
    if (!borrower && field.value === before) fill(after);
  }

  function keydown(event) {
    // While an input method is composing, Enter picks a word and Escape drops it. Safari ends the composition first
    // and then sends the key, with the code 229.
    if (event.isComposing || event.keyCode === 229) return;
    if (isMeant(event)) event.preventDefault();
  }

  // Returns whether the key did something.
  function isMeant({ key, shiftKey, ctrlKey, altKey, metaKey }) {
    if (key === "Enter" && !shiftKey) return submit(), true;
    if (key === "Escape" && borrower) return borrower.leave(), true;
    const plain = !(shiftKey || ctrlKey || altKey || metaKey);
    return key === "ArrowUp" && plain && !borrower && field.value === "" && editLast();
  }

  return { restore, submit, typed, fill, lend, giveBack, append, follow, keydown, text: () => field.value };
};
