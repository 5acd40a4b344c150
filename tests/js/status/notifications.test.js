import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock, fakeDocument, fakeStorage, settled } from "../fakes.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";
import { strings } from "../../../static/chat/lib/strings.js";
import { createNotifications } from "../../../static/chat/status/notifications.js";

// A person whose page is hidden. `answer`: the person's answer when the browser asks.
// has: whether the browser knows notifications.
function person({ permission = "granted", answer = "granted", isSecure = true, has = true, storage = fakeStorage() } = {}) {
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
  const notifications = createNotifications({
    Notification: has ? Notification : undefined,
    isSecure,
    storage: createSafeStorage(() => storage),
    document,
    checkbox: person.checkbox,
    choice: person.choice,
    hint: (text) => (person.hint = text),
    focus: () => (person.focused = true),
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
      notifications.add({ id, from: "Bob", text });
      clock.pass(1_500);
    },
  });
}

const bodies = ({ shown }) => shown.map(({ body }) => body);

test("without the person's choice no notification is shown", () => {
  const alice = person();
  alice.hear(1);
  assert.deepEqual(alice.shown, []);
});

test("a notification shows who says what, and in which room", async () => {
  const alice = person({ permission: "default" });
  await alice.tick(true);
  assert.equal(alice.checkbox.checked, true);
  alice.hear(1, "x".repeat(300));
  const [{ title, body, tag }] = alice.shown;
  assert.deepEqual([title, body, tag], [strings.notificationTitle("Bob", "lobby"), `${"x".repeat(200)}…`, "lobby 1"]);
});

test("the choice is remembered until the person changes it", async () => {
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

test("the page says that the browser blocks notifications", async () => {
  const alice = person({ permission: "default", answer: "denied" });
  assert.equal(alice.hint, "");
  await alice.tick(true);
  assert.deepEqual([alice.checkbox.checked, alice.hint], [false, strings.notificationsBlocked]);
  alice.hear(1);
  assert.deepEqual(alice.shown, []);
});

test("each message has a notification, and a text of 200 characters is shown whole", async () => {
  const alice = person();
  await alice.tick(true);
  alice.hear(1, "one");
  alice.hear(2, "x".repeat(200));
  assert.deepEqual(bodies(alice), ["one", "x".repeat(200)]);
});

test("a message that came while the person looked is not told later", async () => {
  const alice = person();
  await alice.tick(true);
  alice.document.turn("visible");
  alice.add({ id: 1, from: "Bob", text: "seen" });
  alice.document.turn("hidden");
  alice.hear(1, "seen");
  assert.deepEqual(bodies(alice), []);
});

test("a message that was read in another tab in the meantime is not told", async () => {
  const alice = person();
  await alice.tick(true);
  alice.add({ id: 1, from: "Bob", text: "read elsewhere" });
  alice.clear();
  alice.hear(1);
  assert.deepEqual(bodies(alice), []);
});

test("there is no choice in a browser without notifications", () => {
  assert.equal(person({ has: false }).choice.hidden, true);
});

test("the browser is asked only by somebody who wants notifications", async () => {
  const alice = person({ permission: "default", answer: "denied" });
  await alice.tick(false);
  assert.equal(alice.hint, "");
});

test("only the choice, and an emptied storage, are news about notifications", () => {
  const alice = person();
  assert.equal(alice.isAbout({ key: "chat notify" }), true);
  assert.equal(alice.isAbout({ key: null }), true);
  assert.equal(alice.isAbout({ key: "chat name" }), false);
});

test("there is no choice on http://", () => {
  assert.equal(person({ isSecure: false }).choice.hidden, true);
  assert.equal(person().choice.hidden, false);
});

test("a visible page without the focus shows a notification", async () => {
  const alice = person();
  await alice.tick(true);
  alice.document.turn("visible");
  alice.document.focused = false;
  alice.hear(1, "one");
  alice.add({ id: 2, from: "Bob", text: "two" });
  alice.document.focused = true;
  alice.hear(2, "two");
  assert.deepEqual(bodies(alice), ["one"]);
});

test("a visible page shows no notification", async () => {
  const alice = person();
  await alice.tick(true);
  alice.document.turn("visible");
  alice.hear(1, "one");
  alice.document.turn("hidden");
  alice.hear(2, "two");
  alice.add({ id: 3, from: "Bob", text: "three" });
  alice.document.turn("visible");
  alice.hear(3, "three");
  assert.deepEqual(bodies(alice), ["two"]);
});

test("of many messages at once only the newest is shown, and each message once", async () => {
  const alice = person();
  await alice.tick(true);
  for (let id = 1; id < 100; id++) alice.add({ id, from: "Bob", text: `${id}` });
  alice.hear(100, "100");
  alice.hear(100, "100");
  alice.hear(99, "99");
  assert.deepEqual(bodies(alice), ["100"]);
});

test("a click on a notification leads to the page", async () => {
  const alice = person();
  await alice.tick(true);
  alice.hear(1);
  alice.shown[0].onclick();
  assert.deepEqual([alice.focused, alice.shown[0].closed], [true, true]);
});

test("the page says that a browser with a broken Notification can't show any", async () => {
  const alice = person();
  await alice.tick(true);
  alice.broken = true;
  alice.hear(1);
  await settled();
  assert.deepEqual([alice.checkbox.checked, alice.hint], [false, strings.notificationsImpossible]);
});

test("a message that another tab shows at once needs no notification", async () => {
  const alice = person();
  await alice.tick(true);
  alice.add({ id: 1, from: "Bob", text: "one" });
  alice.clear();
  alice.hear(2, "two");
  assert.deepEqual(bodies(alice), ["two"]);
});

test("close() takes back what the person may see, and what waits", async () => {
  const alice = person();
  await alice.tick(true);
  alice.hear(1);
  alice.hear(2);
  alice.add({ id: 3, from: "Bob", text: "hi" });
  alice.close();
  alice.hear(4);
  assert.deepEqual(alice.shown.map(({ tag, closed }) => [tag, closed]), [["lobby 1", true], ["lobby 2", true], ["lobby 4", undefined]]);
});
