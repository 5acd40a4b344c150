import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock, fakeStorage } from "../fakes.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";
import { createNewHistory } from "../../../static/chat/stream/new_history.js";

const MINUTE = 60_000;

// A tab. open() loads a page in it that shows a history.
function newTab({ storage = fakeStorage() } = {}) {
  const clock = fakeClock();
  const tab = { reloads: 0, clock };
  tab.open = (mark) =>
    createNewHistory({ mark, storage: createSafeStorage(() => storage), reload: () => (tab.reloads += 1), ...clock });
  clock.pass(MINUTE * 100);
  return tab;
}

test("a page that hears of its own history stays", () => {
  const tab = newTab();
  tab.open("old").follow("old");
  tab.clock.pass(MINUTE);
  assert.equal(tab.reloads, 0);
});

test("several notices of another history make one reload", () => {
  const tab = newTab();
  const page = tab.open("old");
  page.follow("new");
  page.follow("new");
  tab.clock.pass(0);
  page.follow("new");
  tab.clock.pass(2 * MINUTE);
  assert.equal(tab.reloads, 1);
});

test("a page that comes back with its old history reloads once a minute at most", () => {
  const tab = newTab();
  tab.open("old").follow("new");
  tab.clock.pass(0);
  tab.open("old").follow("new");
  tab.clock.pass(MINUTE - 1);
  assert.equal(tab.reloads, 1);
  tab.clock.pass(1);
  assert.equal(tab.reloads, 2);
});

test("a page without a storage reloads too", () => {
  const tab = newTab({ storage: null });
  tab.open("old").follow("new");
  tab.clock.pass(0);
  assert.equal(tab.reloads, 1);
});

test("a clock that was set back does not keep a page from reloading", () => {
  const storage = fakeStorage();
  storage.setItem("chat reloaded", String(10 ** 15));
  const tab = newTab({ storage });
  tab.open("old").follow("new");
  tab.clock.pass(0);
  assert.equal(tab.reloads, 1);
});
