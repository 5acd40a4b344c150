import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock, fakeStorage } from "../fakes.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";
import { createUnreadRooms, isNewTab } from "../../../static/chat/status/unread_rooms.js";

// Tabs of one browser. They share its storage and its clock.
function browser() {
  const clock = fakeClock();
  const storage = fakeStorage();
  let tabs = 0;
  return {
    storage,
    pass: clock.pass,
    tab(room) {
      let timer = null;
      const tab = createUnreadRooms({
        storage: createSafeStorage(() => storage),
        room,
        tab: `tab ${++tabs}`,
        now: clock.now,
        setTimeout: clock.setTimeout,
        clearTimeout: clock.clearTimeout,
        setInterval: function tick(action, delay) {
          timer = clock.setTimeout(() => {
            action();
            tick(action, delay);
          }, delay);
          return 0;
        },
        clearInterval: () => clock.clearTimeout(timer),
      });
      tab.crash = () => clock.clearTimeout(timer);
      tab.open();
      return tab;
    },
  };
}

const countsOf = (tab) => Object.fromEntries(tab.counts());

test("a tab knows how many messages are unread in other rooms", () => {
  const { tab } = browser();
  const [lobby, garden, attic] = [tab("lobby"), tab("garden"), tab("attic")];
  lobby.set(3);
  garden.set(1);
  assert.deepEqual(countsOf(attic), { lobby: 3, garden: 1 });
  assert.deepEqual(countsOf(lobby), { garden: 1, attic: 0 });
});

test("other tabs hear of new counts once a second, and at once when everything is read", () => {
  const { storage, pass, tab } = browser();
  const [lobby, attic] = [tab("lobby"), tab("attic")];
  let writes = 0;
  const { setItem } = storage;
  storage.setItem = (...item) => ((writes += 1), setItem.apply(storage, item));
  for (let count = 1; count <= 300; count += 1) lobby.set(count);
  assert.deepEqual([writes, countsOf(attic)], [1, { lobby: 1 }]);
  pass(1_000);
  assert.deepEqual([writes, countsOf(attic)], [2, { lobby: 300 }]);
  lobby.set(0);
  assert.deepEqual([writes, countsOf(attic)], [3, { lobby: 0 }]);
});

test("a message that one tab of a room showed is read", () => {
  const { tab } = browser();
  const [hidden, looked, attic] = [tab("lobby"), tab("lobby"), tab("attic")];
  hidden.set(2);
  assert.deepEqual(countsOf(attic), { lobby: 0 });
  looked.set(1);
  assert.deepEqual(countsOf(attic), { lobby: 1 });
});

test("a tab that closes removes its count", () => {
  const { tab } = browser();
  const [lobby, attic] = [tab("lobby"), tab("attic")];
  lobby.set(3);
  lobby.close();
  assert.deepEqual(countsOf(attic), {});
  lobby.open();
  assert.deepEqual(countsOf(attic), { lobby: 3 });
});

test("a tab that closes and opens again writes at once, and a closed one never", () => {
  const { tab, pass, storage } = browser();
  const [lobby, attic] = [tab("lobby"), tab("attic")];
  lobby.set(1);
  lobby.set(2); // waits for the end of the pause
  lobby.close();
  pass(200_000);
  assert.deepEqual(countsOf(attic), {});
  lobby.open();
  lobby.set(3);
  lobby.close();
  lobby.open();
  lobby.set(4);
  assert.deepEqual(countsOf(attic), { lobby: 4 });
  assert.equal(storage.length, 2);
});

test("a pause begins with each write", () => {
  const { tab, pass } = browser();
  const [lobby, attic] = [tab("lobby"), tab("attic")];
  lobby.set(1);
  pass(500);
  lobby.set(0);
  pass(600);
  lobby.set(2);
  assert.deepEqual(countsOf(attic), { lobby: 0 });
  pass(400);
  assert.deepEqual(countsOf(attic), { lobby: 2 });
  pass(1_000);
  lobby.set(3);
  assert.deepEqual(countsOf(attic), { lobby: 3 });
});

test("a tab renews its count every minute, also after it was opened again", () => {
  const { tab, pass } = browser();
  const lobby = tab("lobby");
  let renewals = 0;
  lobby.open(() => (renewals += 1));
  lobby.open(() => (renewals += 1));
  pass(180_000);
  assert.equal(renewals, 3);
});

test("a count lives as long as its tab", () => {
  const { tab, pass, storage } = browser();
  const [lobby, attic] = [tab("lobby"), tab("attic")];
  lobby.set(3);
  pass(3_599_000); // just before the next renewal
  assert.deepEqual(countsOf(attic), { lobby: 3 });
  lobby.crash();
  pass(200_000);
  assert.deepEqual(countsOf(attic), {});
  assert.equal(storage.length, 1);
});

test("broken counts are ignored and removed", () => {
  const { tab, storage } = browser();
  const attic = tab("attic");
  storage.setItem("chat unread lobby", "3");
  storage.setItem('chat unread ["lobby","x"]', '{"count": "<b>", "at": 0}');
  storage.setItem("chat name", "Alice");
  assert.deepEqual(countsOf(attic), {});
  assert.equal(storage.getItem("chat name"), "Alice");
});

test("a full storage breaks nothing", () => {
  const { tab, storage } = browser();
  const lobby = tab("lobby");
  storage.full = true;
  lobby.set(3);
  assert.deepEqual(countsOf(tab("attic")), { lobby: 0 });
});

test("only counts, and an emptied storage, are news about unread messages", () => {
  const lobby = browser().tab("lobby");
  assert.ok(lobby.isAbout({ key: 'chat unread ["garden","x"]' }));
  assert.ok(lobby.isAbout({ key: null }));
  assert.ok(!lobby.isAbout({ key: "chat name" }));
});

test("of very many leftover counts only some are dropped at once", () => {
  const { storage, tab } = browser();
  for (let n = 1; n <= 2_000; n += 1) storage.setItem(`chat unread ["attic","${n}"]`, '{"count":1,"at":-1e9}');
  const lobby = tab("lobby");
  assert.deepEqual(countsOf(lobby), {});
  assert.equal(storage.length, 1_501);
  for (let turn = 0; turn < 3; turn += 1) countsOf(lobby);
  assert.equal(storage.length, 1);
});

test("a tab that opens is told from one that counts, and from anything else in the storage", () => {
  const told = [];
  const { storage, tab } = browser();
  const { setItem } = storage;
  storage.setItem = (key, newValue) => {
    told.push(isNewTab({ key, oldValue: storage.getItem(key), newValue }));
    setItem(key, newValue);
  };
  tab("lobby").set(3);
  assert.deepEqual(told, [true, false]);
  assert.equal(isNewTab({ key: "chat rooms", oldValue: null }), false);
  assert.equal(isNewTab({ key: null, oldValue: null }), false);
});
