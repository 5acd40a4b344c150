"use strict";

globalThis.chat ??= {};

// Sends what is in the field. The text leaves the field when the server has it, and not before.
//
// field: has a `value`. post(text) promises the message or is rejected with an Error to show.
chat.composer = function ({ field, post, maxLength, words, onSent, showProblem, showSending }) {
  let sending = false;

  async function send() {
    const text = field.value;
    if (sending || text.trim() === "") return;
    const length = [...text].length; // code points, as the server counts
    if (length > maxLength) return showProblem(words.tooLong(length, maxLength));

    sending = true;
    showSending(true);
    try {
      const message = await post(text);
      takeOut(text);
      showProblem("");
      onSent(message);
    } catch (error) {
      showProblem(error.message);
    } finally {
      sending = false;
      showSending(false);
    }
  }

  // More may have been typed while the message was on its way.
  function takeOut(text) {
    if (field.value.startsWith(text)) field.value = field.value.slice(text.length);
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
