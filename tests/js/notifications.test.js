"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeClock, fakeDocument, fakeStorage, settled } = require("./fakes.js");
require("../../static/chat/safe_storage.js");
require("../../static/chat/notifications.js");

const words = {
  notificationTitle: (from, room) => `${from} in ${room}`,
  notificationsBlocked: "blocked",
  notificationsImpossible: "impossible",
};

// Somebody whose page is hidden. `answer`: what is said when the browser asks.
function person({ permission = "granted", answer = "granted", isSecure = true, storage = fakeStorage() } = {}) {
  const clock = fakeClock();
  const document = fakeDocument();
  const shown = [];
  class Notification {
    static permission = permission;
    static async requestPermission() {
      Notification.permission = answer;
    }
    constructor(title, options) {
      if (person.broken) throw new TypeError("Illegal constructor");
      Object.assign(this, { title, ...options, close: () => (this.closed = true) });
      shown.push(this);
    }
  }
  const person = { document, shown, storage, hint: "", focused: false, checkbox: { checked: false }, choice: {} };
  document.turn("hidden");
  const notifications = chat.notifications({
    Notification,
    isSecure,
    storage: chat.safeStorage(() => storage),
    document,
    checkbox: person.checkbox,
    choice: person.choice,
    hint: (text) => (person.hint = text),
    focus: () => (person.focused = true),
    words,
    room: "lobby",
    ...clock,
  });
  notifications.show();
  return Object.assign(person, notifications, {
    tick(checked) {
      person.checkbox.checked = checked;
      return notifications.changed();
    },
    hear(id, text = "hi") {
      notifications.tell({ id, from: "Bob", text });
      clock.pass(1_500);
    },
  });
}

const bodies = ({ shown }) => shown.map(({ body }) => body);

test("nothing is shown to who has not asked for it", () => {
  const alice = person();
  alice.hear(1);
  assert.deepEqual(alice.shown, []);
});

test("who has asked for it is shown who says what, and where", async () => {
  const alice = person({ permission: "default" });
  await alice.tick(true);
  assert.equal(alice.checkbox.checked, true);
  alice.hear(1, "x".repeat(300));
  const [{ title, body, tag }] = alice.shown;
  assert.deepEqual([title, body, tag], ["Bob in lobby", `${"x".repeat(200)}…`, "lobby 1"]);
});

test("the choice is remembered, until it is taken back", async () => {
  const alice = person();
  await alice.tick(true);
  const later = person({ storage: alice.storage });
  assert.equal(later.checkbox.checked, true);
  later.hear(1, "one");
  await later.tick(false);
  later.hear(2, "two");
  assert.deepEqual(bodies(later), ["one"]);
  assert.equal(person({ storage: alice.storage }).checkbox.checked, false);
});

test("a browser that was told to block them says so", async () => {
  const alice = person({ permission: "default", answer: "denied" });
  assert.equal(alice.hint, "");
  await alice.tick(true);
  assert.deepEqual([alice.checkbox.checked, alice.hint], [false, "blocked"]);
  alice.hear(1);
  assert.deepEqual(alice.shown, []);
});

test("there is no choice in an insecure context", () => {
  assert.equal(person({ isSecure: false }).choice.hidden, true);
  assert.equal(person().choice.hidden, false);
});

test("who looks at the page needs no notification", async () => {
  const alice = person();
  await alice.tick(true);
  alice.document.turn("visible");
  alice.hear(1, "one");
  alice.document.turn("hidden");
  alice.hear(2, "two");
  alice.tell({ id: 3, from: "Bob", text: "three" });
  alice.document.turn("visible");
  alice.hear(3, "three");
  assert.deepEqual(bodies(alice), ["two"]);
});

test("of many messages at once the newest is shown, and each message once", async () => {
  const alice = person();
  await alice.tick(true);
  for (let id = 1; id < 100; id++) alice.tell({ id, from: "Bob", text: `${id}` });
  alice.hear(100, "100");
  alice.hear(100, "100");
  alice.hear(99, "99");
  assert.deepEqual(bodies(alice), ["100"]);
});

test("a click leads to the page", async () => {
  const alice = person();
  await alice.tick(true);
  alice.hear(1);
  alice.shown[0].onclick();
  assert.deepEqual([alice.focused, alice.shown[0].closed], [true, true]);
});

test("a browser that has them in name only says so", async () => {
  const alice = person();
  await alice.tick(true);
  alice.broken = true;
  alice.hear(1);
  await settled();
  assert.deepEqual([alice.checkbox.checked, alice.hint], [false, "impossible"]);
});

test("what is read in another tab at once needs no notification", async () => {
  const alice = person();
  await alice.tick(true);
  alice.tell({ id: 1, from: "Bob", text: "one" });
  alice.read();
  alice.hear(2, "two");
  assert.deepEqual(bodies(alice), ["two"]);
});
