import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeStorage, settled } from "./fakes.js";
import { click, elementsOf, happen } from "./fake_dom.js";
import { $ } from "./fake_jquery.js";
import { openPage, templateOf } from "./fake_page.js";

let pages = 0;

// Opens the join page. `kept` is what the browser remembers. With isOfRoom, the page asks only for the name. `known`
// is the name that the server knows.
async function page({ kept = {}, user = "", isOfRoom = false, known, clipboard } = {}) {
  const body = openPage(`http://chat.example/${isOfRoom ? "den" : ""}`);
  const address = location;
  const went = [];
  address.assign = (url) => went.push(url);
  body.append(elementsOf(`<form>${known ? "" : '<input id="user">'}</form>`).firstElementChild);
  body.append(
    elementsOf('<form id="language-choice"><select></select><button></button></form>').firstElementChild,
  );
  if (!isOfRoom) {
    const template = templateOf("join.html", "room-link");
    $(template).attr("id", "room-link");
    body.append(elementsOf('<nav id="visited" hidden><ul></ul></nav>').firstElementChild, template);
    if (known) $("#visited").attr("data-user", known);
  }
  const extras = '<button id="copy-link" hidden></button><b id="copied" hidden></b><code id="address-text" hidden></code>';
  body.append(...elementsOf(extras).children);
  const [field, form] = [$("#user")[0], $("form")[0]];
  if (!known) field.value = user;
  globalThis.localStorage = fakeStorage();
  globalThis.sessionStorage = fakeStorage();
  for (const [name, value] of Object.entries(kept)) localStorage.setItem(name, value);
  Object.defineProperty(globalThis, "navigator", { value: { clipboard }, configurable: true });
  globalThis.matchMedia = () => ({ matches: false });
  let selected = null;
  globalThis.getSelection = () => ({ selectAllChildren: ({ textContent }) => (selected = textContent) });
  const refused = [];
  globalThis.window = { addEventListener: (name) => refused.push(name) };
  pages += 1;
  await import(`../../static/chat/join_page.js?${pages}`); // a script runs once for each address
  const links = () => $("#visited").find("a").get();
  return { field, form, went, links, refused, given: () => sessionStorage.getItem("chat given"), selected: () => selected };
}

const visited = { "chat name": "ann", "chat rooms": '["b","a"]' };

test("the name is the one that the person used last, unless the server filled one in", async () => {
  assert.equal((await page({ kept: visited })).field.value, "ann");
  assert.equal((await page({ kept: visited, user: "bob" })).field.value, "bob");
  assert.equal((await page()).field.value, "");
});

test("it lists the rooms that the person visited, and nothing if there is none", async () => {
  const { links } = await page({ kept: visited });
  assert.deepEqual(links().map(({ textContent }) => textContent), ["#b", "#a"]);
  assert.deepEqual(links().map(({ href }) => href), ["http://chat.example/b", "http://chat.example/a"]);
  assert.equal($("#visited")[0].hidden, false);
  await page();
  assert.equal($("#visited")[0].hidden, true);
});

test("a click on a room enters it with the name in the field", async () => {
  const { links, field, went, given } = await page({ kept: visited });
  field.value = " eve ";
  assert.ok(click(links()[1]).isPrevented);
  assert.deepEqual(went, ["http://chat.example/a?user=eve"]);
  assert.equal(given(), "eve");
});

test("without a name, or with a key for another tab, the link is an ordinary link", async () => {
  const { links, field, went, given } = await page({ kept: visited });
  assert.ok(!click(links()[0], { ctrlKey: true }).isPrevented);
  field.value = "  ";
  assert.ok(!click(links()[0]).isPrevented);
  assert.deepEqual(went, []);
  assert.equal(given(), null);
});

test("the form keeps the name", async () => {
  const { form, field, given } = await page({ isOfRoom: true });
  field.value = "eve";
  happen(form, "submit");
  assert.equal(given(), "eve");
});

test("a file that is dropped on the page does not replace it", async () => {
  assert.deepEqual((await page()).refused, ["dragover", "drop"]);
});

test("a button copies the address, without the name, or shows it where there is no clipboard", async () => {
  const copied = [];
  const { selected } = await page({ isOfRoom: true, clipboard: { writeText: async (text) => copied.push(text) } });
  assert.equal($("#copy-link")[0].hidden, false);
  click($("#copy-link")[0]);
  await settled();
  assert.deepEqual([copied, $("#copied")[0].hidden], [["http://chat.example/den"], false]);
  assert.equal(selected(), null);
  const other = await page();
  click($("#copy-link")[0]);
  await settled();
  assert.deepEqual([other.selected(), $("#address-text")[0].hidden], ["http://chat.example/", false]);
  assert.equal($("#copied")[0].hidden, true);
});

test("where the server knows the name, the page asks for none, and its links just lead to the rooms", async () => {
  const { went, links, given } = await page({ kept: visited, known: "ann" });
  click(links()[0]);
  assert.deepEqual([went, given()], [[], null]);
  assert.equal($("#copy-link")[0].hidden, false);
});

test("where the server knows the name, the page lists no rooms of the person before", async () => {
  const { links } = await page({ kept: visited, known: "bob" });
  assert.deepEqual([links(), $("#visited")[0].hidden], [[], true]);
});
