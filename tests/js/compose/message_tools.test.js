import { test } from "node:test";
import assert from "node:assert/strict";
import { deferred, fakeClock, settled } from "../fakes.js";
import { click, happen } from "../fake_dom.js";
import { $ } from "../fake_jquery.js";
import { add, messageTemplate, openPage, templateOf } from "../fake_page.js";
import { createMessageTools } from "../../../static/chat/compose/message_tools.js";

// A room's page. `own` are the ids of the messages of this browser, and `keys` the keys that it has of them.
function page({ own = new Set([1, 2, 6]), keys = new Map([[1, "k1"], [2, "k2"]]), marked = null } = {}) {
  openPage();
  const $list = $(add("ol"));
  const messages = new Map();
  const requests = [];
  const changed = [];
  const edited = [];
  const shared = [];
  const clock = fakeClock();
  const tools = createMessageTools({
    $,
    $list,
    tools: templateOf("room.html", "tools"),
    question: templateOf("room.html", "deletion"),
    isOwn: ({ id }) => own.has(id),
    get: (id) => messages.get(id),
    keyOf: ({ id }) => keys.get(id) ?? null,
    isMarked: (id) => id === marked,
    remove(change) {
      const answer = deferred();
      requests.push({ change, ...answer });
      return answer.promise;
    },
    onChanged: (message) => changed.push(message),
    share: (address) => shared.push(address),
    ...clock,
  });
  tools.onEdit((message) => edited.push(message));
  return {
    tools,
    own,
    requests,
    changed,
    edited,
    shared,
    clock,
    item: (id) => $(`#m${id}`),
    button: (id, name) => $(`#m${id}`).find(`.${name}`)[0],
    say(id, from) {
      messages.set(id, { id, from, text: `text ${id}` });
      const $item = $(messageTemplate().firstElementChild).attr({ id: `m${id}`, "data-id": id });
      $list.append($item.toggleClass("own", own.has(id)));
      tools.update(id);
    },
  };
}

test("a message of the person's own has buttons, which say what they are about", () => {
  const room = page();
  room.say(1, "ann");
  const buttons = room.item(1).find(".tools button").get();
  const names = buttons.map((button) => $(button).attr("aria-label"));
  assert.deepEqual(names, ["Copy link", "Edit", "Delete"]);
  assert.deepEqual(buttons.map((button) => $(button).attr("title")), names);
  const about = $(`#${$(buttons[0]).attr("aria-describedby")}`);
  assert.equal(about[0], room.item(1).find(".text")[0]);
  assert.equal($(buttons[1]).attr("aria-describedby"), $(buttons[0]).attr("aria-describedby"));
});

test("a message of somebody else has only the button that copies its link, once something points at it", () => {
  for (const point of [
    (item) => happen(item.find(".text")[0], "mouseenter"),
    (item) => happen(item.find(".when")[0], "focusin"),
    (item) => click(item.find(".text")[0]),
  ]) {
    const room = page();
    room.say(3, "ann"); // even under the person's name
    assert.equal($(".tools").length, 0);
    point(room.item(3));
    point(room.item(3));
    const names = room.item(3).find(".tools button").get().map((button) => $(button).attr("aria-label"));
    assert.deepEqual(names, ["Copy link"]);
  }
});

test("Copy link shares the address of the message's time", () => {
  const room = page();
  room.say(1, "ann");
  room.item(1).find(".when").attr("href", "/den#m1");
  click(room.button(1, "link"));
  assert.deepEqual(room.shared, ["http://chat.example/den#m1"]);
});

test("a message that turns out to be an own one gets all buttons, although it had one", () => {
  const room = page();
  room.say(3, "ann");
  happen(room.item(3).find(".text")[0], "mouseenter");
  room.own.add(3);
  room.tools.update(3);
  assert.equal(room.item(3).find(".tools").length, 1);
  assert.equal(room.item(3).find(".tools button").length, 3);
});

test("the buttons come when a message is known to be an own one, once, and go when it is not", () => {
  const room = page();
  room.say(3, "ann");
  room.own.add(3);
  room.tools.update(3);
  room.tools.update(3);
  assert.equal(room.item(3).find(".tools").length, 1);
  room.own.delete(3);
  room.tools.update(3);
  assert.equal(room.item(3).find(".tools").length, 0);
});

test("when the mark becomes known, all own messages get their buttons", () => {
  const room = page({ own: new Set() });
  [1, 2, 3].forEach((id) => room.say(id, "ann"));
  [1, 3].forEach((id) => room.own.add(id));
  room.tools.updateAll();
  assert.deepEqual([1, 2, 3].map((id) => room.item(id).find(".tools").length), [1, 0, 1]);
});

test("a message that the window does not show changes nothing", () => {
  const room = page();
  room.tools.update(9);
  assert.equal($(".tools").length, 0);
});

test("only the message that is being edited is marked", () => {
  const room = page({ marked: 2 });
  room.say(1, "ann");
  room.say(2, "ann");
  assert.deepEqual([1, 2].map((id) => room.item(id)[0].matches(".being-edited")), [false, true]);
});

test("Edit gives the message as it is now, with its key", () => {
  const room = page();
  room.say(1, "ann");
  room.say(2, "ann");
  click(room.button(1, "edit"));
  assert.deepEqual(room.edited, [{ id: 1, from: "ann", text: "text 1", key: "k1" }]);
});

test("the last message is the person's own last one, with its key", () => {
  const room = page();
  assert.equal(room.tools.last(), null);
  room.say(1, "ann");
  room.say(2, "ann");
  room.say(4, "bob");
  assert.deepEqual(room.tools.last(), { id: 2, from: "ann", text: "text 2", key: "k2" });
  room.say(5, "ann"); // somebody else
  assert.equal(room.tools.last().id, 2);
  room.say(6, "ann");
  assert.deepEqual(room.tools.last(), { id: 6, from: "ann", text: "text 6", key: null });
});

test("a tap chooses one message", () => {
  const room = page();
  room.say(1, "ann");
  room.say(4, "bob");
  const chosen = () => $(".chosen").get();
  click(room.item(1).find(".text")[0]);
  assert.deepEqual(chosen(), [room.item(1)[0]]);
  click(room.item(4)[0]);
  assert.deepEqual(chosen(), [room.item(4)[0]]);
});

test("a second tap hides the buttons, and a tap on one of them does not", () => {
  const room = page();
  room.say(1, "ann");
  click(room.item(1).find(".text")[0]);
  click(room.button(1, "edit"));
  assert.equal($(".chosen").length, 1);
  click(room.item(1).find(".text")[0]);
  assert.equal($(".chosen").length, 0);
});

const finger = (name, element, x, pointerType = "touch") =>
  happen(element, name, { originalEvent: { pointerType, clientX: x, clientY: 5 } });

test("a long press chooses a message, and the click that may follow it changes nothing", () => {
  const room = page();
  room.say(1, "ann");
  const text = room.item(1).find(".text")[0];
  finger("pointerdown", text, 5);
  finger("pointermove", text, 9);
  room.clock.pass(399);
  assert.equal($(".chosen").length, 0);
  room.clock.pass(1);
  assert.deepEqual($(".chosen").get(), [room.item(1)[0]]);
  finger("pointerup", text, 9);
  click(text);
  assert.equal($(".chosen").length, 1);
  finger("pointerdown", text, 5);
  finger("pointerup", text, 5);
  click(text);
  assert.equal($(".chosen").length, 0, "a tap");
});

test("a finger that scrolls, or leaves soon, and a mouse press nothing for long", () => {
  for (const other of [
    (text) => finger("pointermove", text, 16),
    (text) => finger("pointerup", text, 5),
    (text) => finger("pointercancel", text, 5),
    (text) => finger("pointerdown", text, 5, "mouse"),
  ]) {
    const room = page();
    room.say(1, "ann");
    const text = room.item(1).find(".text")[0];
    finger("pointerdown", text, 5);
    other(text);
    room.clock.pass(1_000);
    assert.equal($(".chosen").length, 0);
  }
});

test("Delete asks first, and the focus is on the safe answer", () => {
  const room = page();
  room.say(1, "ann");
  click(room.button(1, "delete"));
  assert.ok(room.item(1)[0].matches(".asking"));
  assert.equal(room.item(1).find(".deletion").length, 1);
  assert.equal(document.activeElement, room.button(1, "keep"));
  assert.equal(room.requests.length, 0);
});

test("Keep and Escape take the question back, and no other key does", () => {
  for (const answer of [(keep) => click(keep), (keep) => happen(keep, "keydown", { key: "Escape" })]) {
    const room = page();
    room.say(1, "ann");
    click(room.button(1, "delete"));
    happen(room.button(1, "keep"), "keydown", { key: "Tab" });
    assert.equal($(".deletion").length, 1);
    answer(room.button(1, "keep"));
    assert.equal($(".deletion").length, 0);
    assert.equal($(".asking").length, 0);
    assert.equal(document.activeElement, room.button(1, "delete"));
    assert.equal(room.requests.length, 0);
  }
});

test("there is one question at a time", () => {
  const room = page();
  room.say(1, "ann");
  room.say(2, "ann");
  click(room.button(1, "delete"));
  click(room.button(2, "delete"));
  assert.equal($(".deletion").length, 1);
  assert.deepEqual($(".asking").get(), [room.item(2)[0]]);
});

test("the second answer deletes the message with its key, once", async () => {
  const room = page();
  room.say(1, "ann");
  click(room.button(1, "delete"));
  click(room.button(1, "really"));
  click(room.button(1, "really"));
  assert.deepEqual(room.requests.map(({ change }) => change), [{ id: 1, key: "k1" }]);
  room.requests[0].resolve({ id: 1, text: "" });
  await settled();
  assert.deepEqual(room.changed, [{ id: 1, text: "" }]);
});

test("nobody takes the question back while the deletion is on its way", async () => {
  const room = page();
  room.say(1, "ann");
  click(room.button(1, "delete"));
  click(room.button(1, "really"));
  click(room.button(1, "keep"));
  assert.equal($(".deletion").length, 1);
  room.requests[0].reject(new Error("no answer"));
  await settled();
  click(room.button(1, "keep"));
  assert.equal($(".deletion").length, 0);
});

test("a deletion that fails says why, and can be tried again", async () => {
  const room = page();
  room.say(1, "ann");
  click(room.button(1, "delete"));
  click(room.button(1, "really"));
  room.requests[0].reject(new Error("no answer"));
  await settled();
  const problem = () => room.item(1).find(".problem").text();
  assert.equal(problem(), "no answer");
  assert.deepEqual(room.changed, []);
  click(room.button(1, "really"));
  assert.equal(problem(), "");
  assert.equal(room.requests.length, 2);
});
