import { isBlank } from "../lib/is_blank.js";
import { readJson } from "../lib/json.js";
import { isMessage } from "../lib/message_schema.js";
import { strings } from "../lib/strings.js";

// Edits a message of the person in the composer's field. The draft waits.
//
// kept: keeps the edit in progress; see draft.js. edit({id, text, key}): see messages_api.js. show({id, saving}) shows
// which message is being edited; a null id means none. onChanged(message): called with the message that the server has
// after the edit.
export function createEditing({ composer, kept, edit, maxLength, showProblem, show, onChanged }) {
  const GONE = [404, 410];

  let message = null; // the message as the room has it, with its key or null
  let original = ""; // its text as the field shows it
  let saving = false;
  let duringSave = null; // the message, if somebody changed it during the save

  function start(wanted) {
    if (saving || wanted.id === message?.id) return;
    if (message !== null && composer.text() !== original) return showProblem(strings.editFirst);
    message = wanted;
    composer.lend({ save, leave, typed: keep }, message.text);
    original = composer.text();
    keep();
    show({ id: message.id, saving });
  }

  function keep() {
    const { key, ...keyless } = message; // own_keys.js keeps the key
    kept.keep(JSON.stringify({ message: keyless, text: composer.text() }));
  }

  // Continues the edit that an earlier page left. get(id): see store.js. isOwn(message) and keyOf(message): see
  // identity.js.
  function restore({ get, isOwn, keyOf }) {
    const left = readJson(kept.load());
    if (!isMessage(left?.message) || typeof left.text !== "string" || !isOwn(left.message)) return;
    start({ ...left.message, key: keyOf(left.message) });
    composer.fill(left.text);
    keep();
    const now = get(message.id);
    if (now !== undefined) changed(now);
  }

  function leave() {
    if (saving || message === null) return;
    message = null;
    kept.keep("");
    composer.giveBack();
    show({ id: null, saving });
  }

  function save() {
    if (saving) return;
    const text = composer.text();
    const length = [...text].length;
    if (text === original) leave();
    else if (isBlank(text)) showProblem(strings.editBlank);
    else if (length > maxLength) showProblem(strings.editTooLong(length, maxLength));
    else return put(text);
  }

  async function put(text) {
    const { id, key } = message;
    setSaving(true);
    showProblem("");
    duringSave = null;
    try {
      const answer = await edit({ id, text, key });
      setSaving(false);
      onChanged(answer);
      if (message?.id === id) leave();
    } catch (failure) {
      setSaving(false);
      if (GONE.includes(failure.status)) gone();
      else showProblem(failure.message);
      if (duringSave !== null) changed(duringSave);
    }
  }

  function setSaving(value) {
    saving = value;
    show({ id: message?.id ?? null, saving });
  }

  // A message was changed, by another tab or by this one. The stream may say so before the server answers this tab.
  function changed(now) {
    if (now.id !== message?.id || now.change <= (message.change ?? 0)) return;
    if (saving) {
      duringSave = now;
      return;
    }
    if (now.deleted !== undefined) return gone();
    const text = composer.text();
    message = { ...message, ...now };
    if (text === now.text) return leave();
    if (text === original) composer.fill(now.text);
    else showProblem(strings.editedElsewhere);
    original = text === original ? composer.text() : now.text;
    keep();
  }

  function gone() {
    const text = composer.text();
    leave();
    const isTouched = text !== original;
    if (isTouched) composer.append(text);
    showProblem(strings.deletedElsewhere(isTouched));
  }

  return { start, restore, leave, changed };
}
