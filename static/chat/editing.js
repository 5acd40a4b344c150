"use strict";

globalThis.chat ??= {};

// Edits one's own message in the composer's field; the draft waits aside.
//
// edit({id, text, key}): see message_list.js. show({id, saving}) shows what is being edited; its id is null when
// nothing is. onChanged(message) is handed the message as the server has it then.
chat.editing = function ({ composer, edit, maxLength, words, showProblem, show, onChanged }) {
  const GONE = [404, 410];

  let message = null; // as it is in the room, with its key
  let original = ""; // its text as the field shows it
  let saving = false;
  let meanwhile = null; // the message, if it was changed while it was being saved

  function start(wanted) {
    if (saving || wanted.id === message?.id) return;
    if (message !== null && composer.text() !== original) return showProblem(words.editFirst);
    message = wanted;
    composer.lend({ save, leave }, message.text);
    original = composer.text();
    show({ id: message.id, saving });
  }

  function leave() {
    if (saving || message === null) return;
    message = null;
    composer.giveBack();
    show({ id: null, saving });
  }

  function save() {
    if (saving) return;
    const text = composer.text();
    const length = [...text].length;
    if (text === original) leave();
    else if (text.trim() === "") showProblem(words.editBlank);
    else if (length > maxLength) showProblem(words.editTooLong(length, maxLength));
    else return put(text);
  }

  async function put(text) {
    const { id, key } = message;
    setSaving(true);
    showProblem("");
    meanwhile = null;
    try {
      const answer = await edit({ id, text, key });
      setSaving(false);
      onChanged(answer);
      if (message?.id === id) leave();
    } catch (failure) {
      setSaving(false);
      if (GONE.includes(failure.status)) gone();
      else showProblem(failure.message);
      if (meanwhile !== null) changed(meanwhile);
    }
  }

  function setSaving(value) {
    saving = value;
    show({ id: message?.id ?? null, saving });
  }

  // Somebody has changed the message: another tab, or this one, of which the stream may tell before the answer does.
  function changed(now) {
    if (now.id !== message?.id || now.change <= (message.change ?? 0)) return;
    if (saving) {
      meanwhile = now;
      return;
    }
    if (now.deleted !== undefined) return gone();
    const text = composer.text();
    message = { ...message, ...now };
    if (text === now.text) return leave();
    if (text === original) composer.fill(now.text);
    else showProblem(words.editedElsewhere);
    original = text === original ? composer.text() : now.text;
  }

  function gone() {
    const text = composer.text();
    leave();
    const isTouched = text !== original;
    if (isTouched) composer.append(text);
    showProblem(words.deletedElsewhere(isTouched));
  }

  return { start, leave, changed };
};
