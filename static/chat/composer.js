"use strict";

globalThis.chat ??= {};

// Hands over what is in the field. hand(text) keeps it from then on, so it may leave the field.
//
// field: has a `value`.
chat.composer = function ({ field, hand, maxLength, words, showProblem }) {
  function send() {
    const text = field.value;
    if (text.trim() === "") return;
    const length = [...text].length; // code points, as the server counts
    if (length > maxLength) return showProblem(words.tooLong(length, maxLength));
    hand(text);
    field.value = "";
    showProblem("");
  }

  function keydown(event) {
    // While an input method is composing, Enter picks a word. Safari ends the composition first and then
    // sends the key, with the code 229.
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    send();
  }

  return { send, keydown };
};
