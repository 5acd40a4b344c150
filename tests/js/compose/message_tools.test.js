import { test } from "node:test";
import assert from "node:assert/strict";
import { deferred, settled } from "../fakes.js";
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
  });
  tools.onEdit((message) => edited.push(message));
  return {
    tools,
    own,
    requests,
    changed,
    edited,
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
  assert.deepEqual(buttons.map(({ textContent }) => textContent), ["Edit", "Delete"]);
  const about = $(`#${$(buttons[0]).attr("aria-describedby")}`);
  assert.equal(about[0], room.item(1).find(".text")[0]);
  assert.equal($(buttons[1]).attr("aria-describedby"), $(buttons[0]).attr("aria-describedby"));
});

test("a message of somebody else has no buttons, even under the person's name", () => {
  const room = page();
  room.say(3, "ann");
  assert.equal($(".tools").length, 0);
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
