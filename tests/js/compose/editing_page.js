import assert from "node:assert/strict";
import { settled } from "../fakes.js";
import { createComposer } from "../../../static/chat/compose/composer.js";
import { createEditing } from "../../../static/chat/compose/editing.js";

export const IN_THE_ROOM = { id: 7, from: "Alice", text: "Hello", date: "2026-03-04T01:30:00.123Z" };
export const MESSAGE = { ...IN_THE_ROOM, key: "secret" };
export const failure = (status) => Promise.reject(Object.assign(new Error(`failed ${status}`), { status }));

// Alice's page. She had a draft in the field, and now she edits her message.
export function openPage({ draft = "Draft", kept = "", starts = true } = {}) {
  const page = { field: { value: draft }, problem: "", draft, kept, shown: null, asked: [], changes: 1 };
  const showProblem = (problem) => (page.problem = problem);
  page.answer = () => undefined;
  page.composer = createComposer({
    field: page.field,
    draft: { load: () => "", keep: (text) => (page.draft = text) },
    maxLength: 20,
    send: assert.fail,
    showProblem,
    onText: () => {},
  });
  page.editing = createEditing({
    composer: page.composer,
    kept: { load: () => page.kept, keep: (text) => (page.kept = text) },
    edit: async ({ id, text, key }) => {
      page.asked.push({ id, text, key });
      return (await page.answer()) ?? page.now(text);
    },
    maxLength: 20,
    showProblem,
    show: (shown) => (page.shown = shown),
    onChanged: (message) => {
      page.inTheRoom = message;
      page.editing.changed(message);
    },
  });
  page.now = (text, more) => {
    page.changes += 1;
    return { ...IN_THE_ROOM, text, edited: "now", change: page.changes, ...more };
  };
  page.deleted = () => page.now("", { deleted: "now" });
  page.type = (text) => {
    page.field.value = text;
    page.composer.typed();
  };
  page.save = () => {
    page.composer.submit();
    return settled();
  };
  if (starts) page.editing.start(MESSAGE);
  return page;
}

// The page is loaded again. current: the message as the new page has it. key: as the browser has it.
export function reload({ kept }, { current = undefined, key = "secret", isOwn = true } = {}) {
  const page = openPage({ kept, starts: false });
  page.editing.restore({ get: () => current, isOwn: () => isOwn, keyOf: () => key });
  return page;
}

export function assertLeft(page, draft = "Draft") {
  assert.equal(page.kept, "");
  assert.deepEqual([page.field.value, page.draft, page.shown], [draft, draft, { id: null, saving: false }]);
}

export function assertEditing(page, text) {
  assert.deepEqual([page.field.value, page.shown], [text, { id: 7, saving: false }]);
}
