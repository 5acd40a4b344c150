import assert from "node:assert/strict";
import { createStore } from "../../../static/chat/room/store.js";

export const message = (id, more) => ({ id, text: `text ${id}`, date: `date ${id}`, ...more });
export const messages = (...ids) => ids.map((id) => message(id));
export const deleted = (id, change) => message(id, { text: "", deleted: "date", change });
export const span = (from, to) => Array.from({ length: to - from + 1 }, (_, place) => from + place);

// A store, and a page that listens to it. `ids` and `texts` are those of the page. `heard` lists the store's reports
// about messages.
export function storeOf(ids, options) {
  const page = [];
  const heard = [];
  let foreign = 0;
  const place = (id) => page.findIndex((shown) => shown.id === id);
  const store = createStore({ nearEnd: () => true, onForeign: () => (foreign += 1), ...options });
  store.listen({
    inserted: (message, nextId) => page.splice(nextId === null ? page.length : place(nextId), 0, message),
    updated: (message) => (page[place(message.id)] = message),
    removed: (ids) => {
      assert.notEqual(ids.length, 0);
      ids.forEach((id) => page.splice(place(id), 1));
    },
    received: ({ id }, isNew) => heard.push(["received", id, isNew]),
    changed: ({ id, change }) => heard.push(["changed", id, change]),
    cleared: (id) => heard.push(["cleared", id]),
  });
  page.push(...ids.map((id) => (typeof id === "object" ? id : message(id))));
  store.open([...page]);
  const isNew = (message) => {
    const before = heard.length;
    store.add(message);
    return heard.length > before && heard.at(-1)[2];
  };
  return {
    ...store,
    heard,
    ids: () => page.map(({ id }) => id),
    texts: () => page.map(({ text }) => text),
    add: (...ids) => ids.map((id) => isNew(message(id))),
    addMessage: store.add,
    foreign: () => foreign,
  };
}
