import { test } from "node:test";
import assert from "node:assert/strict";
import { deleted, message, messages, span, storeOf } from "./store_page.js";

test("a closed store has no message and says so once they are off the page", () => {
  const store = storeOf(span(11, 20), { older: true, live: false });
  const seen = [];
  store.listen({ removed: (ids) => seen.push(ids), closed: () => seen.push("closed") });
  store.close();
  assert.deepEqual(seen, [span(11, 20), "closed"]);
  assert.deepEqual([store.ids(), store.isShown(15), store.hasOlder(), store.isLive()], [[], false, false, true]);
});

test("whatever comes to a closed store stays out, and nobody hears of it", () => {
  const store = storeOf([1, 2], { older: true });
  store.expect();
  store.close();
  const heard = store.heard.length;
  store.addMessage(message(3));
  store.change(message(2, { text: "edited", change: 5 }));
  store.change(deleted(1, 6));
  store.showOlder(messages(0), true);
  store.showNewer(messages(4), true);
  store.showInstead(messages(1, 2), { older: true, newer: true });
  assert.deepEqual([store.ids(), store.heard.length], [[], heard]);
});

test("an empty store can be closed too", () => {
  const store = storeOf([]);
  store.close();
  assert.deepEqual(store.add(1), [false]);
  assert.deepEqual(store.ids(), []);
});
