import { test } from "node:test";
import assert from "node:assert/strict";
import { $ } from "../fake_jquery.js";
import { by, insertAll, isMentioned, isOwn, mark, page, said, seen } from "./message_view_page.js";

test("the person's own messages are marked, and mentions of the person by others", () => {
  const { view } = page();
  insertAll(view, by("annsmark", 1, "ann", "@ann"), said(2, "bob", "@ann"), said(3, "bob", "ann"));
  insertAll(view, said(4, "ann", "@ann"));
  assert.deepEqual([1, 2, 3, 4].map((id) => isOwn(view, id)), [true, false, false, false]);
  assert.deepEqual([1, 2, 3, 4].map((id) => isMentioned(view, id)), [false, true, false, true]);
});

test("the page draws its messages again when it learns its mark", () => {
  const drawn = [by("annsmark", 1, "ann", "@ann"), said(2, "ann", "hi"), by("annsmark", 3, "ann", "a")];
  const room = page({ drawn, mark: null });
  room.view.adopt();
  room.view.insert(by("annsmark", 4, "ann", "b"), null);
  assert.deepEqual([1, 2, 3, 4].map((id) => isOwn(room.view, id)), [false, false, false, false]);
  assert.ok(isMentioned(room.view, 1));
  room.known.mark = "annsmark";
  room.view.refresh();
  assert.deepEqual([1, 2, 3, 4].map((id) => isOwn(room.view, id)), [true, false, true, true]);
  assert.ok(!isMentioned(room.view, 1));
  assert.deepEqual(seen(room), ["[Today]", "ann: @ann", "ann: hi", "ann: a", "b"]);
});

test("the page can draw one message again, and one outside the window changes nothing", () => {
  const room = page({ mark: null });
  insertAll(room.view, said(1, "ann", "a"), said(2, "ann", "b"), said(3, "ann", "c"));
  room.known.keys = [1, 2, 3];
  room.view.refresh(2);
  room.view.refresh(9);
  assert.deepEqual([1, 2, 3].map((id) => isOwn(room.view, id)), [false, true, false]);
  assert.deepEqual(seen(room), ["[Today]", "ann: a", "ann: b", "ann: c"]);
});

test("a message that is not sent yet is the person's own, whatever is known", () => {
  const { view } = page({ mark: null });
  assert.ok(view.draw(said(undefined, "ann", "@ann"), true)[0].matches(".own"));
  assert.ok(!view.draw(said(undefined, "ann", "@ann"), true)[0].matches(".mentioned"));
});

test("a group is of one author, name and rank, and no stranger joins it", () => {
  const room = page();
  insertAll(
    room.view,
    by("eve", 1, "eve", "a"),
    by("eve", 2, "eve", "b"),
    by("eva", 3, "eve", "another mark"),
    said(4, "eve", "no mark"),
    said(5, "eve", "nor here"),
    by("eve", 6, "eve", "c"),
    by("eve", 7, "Eve", "another name"),
    { ...by("eve", 8, "Eve", "a moderator"), staff: true },
    { ...by("eve", 9, "Eve", "still one"), staff: true },
  );
  assert.deepEqual(seen(room), [
    "[Today]",
    "eve: a",
    "b",
    "eve: another mark",
    "eve: no mark",
    "nor here",
    "eve: c",
    "Eve: another name",
    "Eve: a moderator",
    "still one",
  ]);
});

test("while two people in view have one name, each message with a mark shows a part of it", () => {
  const { view } = page();
  insertAll(view, by("abcdefgh", 1, "eve"), by("abcdefgh", 2, "eve"), by("bbbbbbbb", 3, "bob"));
  assert.deepEqual([1, 2, 3].map((id) => mark(view, id)), [null, null, null]);
  insertAll(view, said(4, "Eve"), by("ijklmnop", 5, "eve"));
  assert.deepEqual([1, 2, 3, 4, 5].map((id) => mark(view, id)), ["·abcd", "·abcd", null, null, "·ijkl"]);
  view.remove([4]);
  assert.deepEqual([1, 2, 5].map((id) => mark(view, id)), ["·abcd", "·abcd", "·ijkl"]);
  view.remove([1, 2]);
  assert.equal(mark(view, 5), null);
});

test("what is read out names the author in the same way", () => {
  const { view } = page();
  const eve = by("abcdefgh", 1, "eve");
  insertAll(view, eve);
  assert.equal(view.nameOf(eve), "eve");
  insertAll(view, said(2, "eve"));
  assert.deepEqual([eve, said(2, "eve"), by("x", 3, "bob")].map(view.nameOf), ["eve ·abcd", "eve", "bob"]);
});

test("ann's own messages are of one person, with her mark and without, and a stranger of her name is another", () => {
  const room = page({ drawn: [by("annsmark", 1, "ann"), said(2, "ann")] });
  room.view.adopt();
  assert.equal(mark(room.view, 1), "·anns");
  room.known.keys = [2];
  room.view.refresh();
  assert.equal(mark(room.view, 1), null);
  insertAll(room.view, said(3, "ann"));
  assert.equal(mark(room.view, 1), "·anns");
  room.view.remove([1]);
  insertAll(room.view, by("annsmark", 4, "ann"));
  room.view.remove([2]);
  assert.equal(mark(room.view, 4), "·anns");
  room.view.remove([3]);
  assert.equal(mark(room.view, 4), null);
});

test("a disc has the author's initials, and the colour is the author's, whatever the name", () => {
  const { view } = page();
  insertAll(view, by("k7qfabcd", 1, "eve smith"), by("k7qfabcd", 2, "Bob"), said(3, "Bob"));
  assert.deepEqual([1, 2, 3].map((id) => $(view.element(id)).find(".disc").text()), ["ES", "B", "B"]);
  const hue = (id) => /hue-\d+/.exec($(view.element(id)).attr("class"))[0];
  assert.equal(hue(1), hue(2));
  assert.notEqual(hue(2), hue(3));
  assert.equal($(view.element(1)).find(".disc").attr("aria-hidden"), "true");
});

test("a moderator's message says so", () => {
  const { view } = page();
  insertAll(view, { ...said(1, "bob"), staff: true }, said(2, "bob"));
  const labels = [1, 2].map((id) => $(view.element(id)).find(".staff")[0]);
  assert.deepEqual(labels.map(({ hidden }) => hidden), [false, true]);
  assert.equal(labels[0].textContent, "Moderator");
});
