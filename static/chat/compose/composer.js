import { isBlank } from "../lib/is_blank.js";
import { strings } from "../lib/strings.js";

// Owns the text field. The field contains the draft of the next message. While the field is lent, it contains the
// borrower's text.
//
// field: has a `value`. draft: see draft.js. send(text) takes the text, so that it may leave the field. onText(text):
// called with the text in the field whenever that changes. isTouch(): whether the person types on a touch keyboard. It
// has no Shift+Enter, so there Enter breaks the line.
export function createComposer({ field, draft, send, maxLength, showProblem, onText, isTouch }) {
  let borrower = null; // {save, leave, typed}
  let aside = ""; // the draft while the field is lent

  function restore() {
    if (field.value === "") field.value = draft.load(); // text from the server, or typed already, wins
    onText(field.value);
  }

  function submit() {
    if (borrower) borrower.save();
    else sendDraft();
  }

  function sendDraft() {
    const text = field.value;
    if (isBlank(text)) return text.trim() && showProblem(strings.blank);
    const length = [...text].length; // code points, as the server counts
    if (length > maxLength) return showProblem(strings.tooLong(length, maxLength));
    send(text);
    draft.keep("");
    fill("");
    showProblem("");
  }

  function fill(text) {
    field.value = text;
    onText(field.value);
  }

  function typed() {
    if (borrower) borrower.typed();
    else draft.keep(field.value);
    showProblem("");
    onText(field.value);
  }

  // Lends the field. The borrower calls giveBack() in the end.
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

  // Adds the text to the end of the draft.
  function append(text) {
    const all = [borrower ? aside : field.value, text].filter((part) => part.trim() !== "").join("\n");
    draft.keep(all);
    if (borrower) aside = all;
    else fill(all);
  }

  // Another tab changed the draft. A tab that had the same draft takes over the change; any other tab keeps its own.
  function follow({ before, after }) {
    if (borrower && aside === before) aside = after;
    if (!borrower && field.value === before) fill(after);
  }

  // editLast() starts to edit the person's last message, and returns whether there is one.
  function keydown(event, editLast) {
    // While an input method composes a word, Enter chooses it and Escape drops it. Safari ends the composition first
    // and then sends the key with the code 229.
    if (event.isComposing || event.keyCode === 229) return;
    if (handleKey(event, editLast)) event.preventDefault();
  }

  // Returns whether the key did something.
  function handleKey({ key, shiftKey, ctrlKey, altKey, metaKey }, editLast) {
    if (key === "Enter" && !shiftKey && (ctrlKey || metaKey || !isTouch())) return submit(), true;
    if (key === "Escape" && borrower) return borrower.leave(), true;
    const plain = !(shiftKey || ctrlKey || altKey || metaKey);
    return key === "ArrowUp" && plain && !borrower && field.value === "" && editLast();
  }

  return { restore, submit, typed, fill, lend, giveBack, append, follow, keydown, text: () => field.value };
}
