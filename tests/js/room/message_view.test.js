import { test } from "node:test";
import assert from "node:assert/strict";
import { $ } from "../fake_jquery.js";
import { by, insertAll, isOwn, observed, page, said, seen, sizesChange } from "./message_view_page.js";

test("messages of one author within five minutes form a group", () => {
  const room = page();
  insertAll(
    room.view,
    said(1, "bob", "a", "2026-03-04T02:00:00Z"),
    said(2, "bob", "b", "2026-03-04T02:05:00Z"),
    said(3, "bob", "c", "2026-03-04T02:10:01Z"),
    said(4, "ann", "d", "2026-03-04T02:10:02Z"),
  );
  assert.deepEqual(seen(room), ["[Today]", "bob: a", "b", "bob: c", "ann: d"]);
});

test("a message knows whether its group goes on below it", () => {
  const room = page();
  const joined = () => $(".joined").get().map((item) => Number(item.dataset.id));
  insertAll(room.view, said(1, "bob"), said(2, "bob"), said(4, "bob"), said(5, "ann"));
  assert.deepEqual(joined(), [1, 2]);
  room.view.insert(said(3, "eve"), 4);
  assert.deepEqual(joined(), [1]);
  room.view.remove([3]);
  room.view.setUnreadLine(2);
  assert.deepEqual(joined(), [2]);
  room.view.remove([4, 5]);
  assert.deepEqual(joined(), []);
});

test("a few emoji alone are marked, and no longer when the message was edited", () => {
  const room = page();
  insertAll(room.view, said(1, "bob", "👍🏽 🎉"), said(2, "bob", "👍 ok"));
  assert.deepEqual($(".emoji").get(), [room.view.element(1)]);
  room.view.update({ ...said(1, "bob", "👍🏽 yes"), change: 2 });
  assert.equal($(".emoji").length, 0);
});

test("the unread messages of others are those below the unread line", () => {
  const room = page();
  insertAll(room.view, said(1, "bob"), said(2, "bob"), by("annsmark", 3, "ann"), said(4, "eve"));
  room.view.setUnreadLine(2);
  assert.deepEqual(room.view.unreadMessages().map(({ id }) => id), [2, 4]);
  assert.equal(room.view.unreadLine(), $(".unread")[0]);
});

test("a day stands above its first message, and ends a group", () => {
  const room = page();
  insertAll(room.view, said(1, "bob", "a", "2026-03-03T14:59:00Z"), said(2, "bob", "b", "2026-03-03T15:00:00Z"));
  assert.deepEqual(seen(room), ["[Yesterday]", "bob: a", "[Today]", "bob: b"]);
});

test("a message that comes between two others ends their group", () => {
  const room = page();
  insertAll(room.view, said(1, "bob", "a"), said(3, "bob", "c"));
  room.view.insert(said(2, "eve", "b"), 3);
  assert.deepEqual(seen(room), ["[Today]", "bob: a", "eve: b", "bob: c"]);
});

test("an older message takes over the day", () => {
  const room = page();
  insertAll(room.view, said(2, "bob", "b"));
  room.view.insert(said(1, "bob", "a"), 2);
  assert.deepEqual(seen(room), ["[Today]", "bob: a", "b"]);
});

test("after a deletion the next message stands under its own author", () => {
  const room = page();
  insertAll(room.view, said(1, "bob", "a"), said(2, "eve", "b"), said(3, "eve", "c"));
  room.view.remove([2]);
  assert.deepEqual(seen(room), ["[Today]", "bob: a", "eve: c"]);
  assert.equal(room.view.element(2), undefined);
});

test("after a deletion the day stands above the next message", () => {
  const room = page();
  insertAll(room.view, said(1, "bob", "a", "2026-03-03T03:00:00Z"), said(2, "bob", "b"), said(3, "bob", "c"));
  room.view.remove([2]);
  assert.deepEqual(seen(room), ["[Yesterday]", "bob: a", "[Today]", "bob: c"]);
  room.view.remove([1]);
  assert.deepEqual(seen(room), ["[Today]", "bob: c"]);
  room.view.remove([3]);
  assert.deepEqual(seen(room), []);
});

test("several messages go together, with the days between them", () => {
  const room = page();
  insertAll(
    room.view,
    said(1, "bob", "a", "2026-03-02T03:00:00Z"),
    said(2, "bob", "b", "2026-03-03T03:00:00Z"),
    said(3, "bob", "c", "2026-03-04T02:00:00Z"),
  );
  room.view.remove([1, 2]);
  assert.deepEqual(seen(room), ["[Today]", "bob: c"]);
});

test("deleting the last message of a day leaves the next day where it is", () => {
  const room = page();
  insertAll(room.view, said(1, "bob", "a", "2026-03-03T03:00:00Z"), said(2, "bob", "b"), said(3, "ann", "c"));
  room.view.remove([1]);
  assert.deepEqual(seen(room), ["[Today]", "bob: b", "ann: c"]);
});

test("the page hears when a message that has the focus goes, and only then", () => {
  const room = page();
  insertAll(room.view, said(1, "bob"), said(2, "bob"), said(3, "bob"));
  document.activeElement = $(room.view.element(2)).find(".when")[0];
  room.view.remove([1]);
  assert.equal(room.focusLost(), 0);
  room.view.remove([2, 3]);
  assert.equal(room.focusLost(), 1);
});

test("the unread line stands above the first unread message, and ends a group", () => {
  const room = page();
  insertAll(room.view, said(1, "bob", "a"), said(3, "bob", "b"), said(4, "bob", "c"));
  room.view.setUnreadLine(2);
  assert.deepEqual(seen(room), ["[Today]", "bob: a", "[New]", "bob: b", "c"]);
  room.view.setUnreadLine(4);
  assert.deepEqual(seen(room), ["[Today]", "bob: a", "b", "[New]", "bob: c"]);
  room.view.setUnreadLine(null);
  assert.deepEqual(seen(room), ["[Today]", "bob: a", "b", "c"]);
});

test("the unread line comes with its message", () => {
  const room = page();
  insertAll(room.view, said(1, "bob", "a"));
  room.view.setUnreadLine(2);
  assert.deepEqual(seen(room), ["[Today]", "bob: a"]);
  insertAll(room.view, said(2, "bob", "b"), said(3, "bob", "c"));
  assert.deepEqual(seen(room), ["[Today]", "bob: a", "[New]", "bob: b", "c"]);
});

test("the first message of the window has the unread line only if it is the first unread one", () => {
  const room = page();
  insertAll(room.view, said(5, "bob", "a"));
  room.view.setUnreadLine(5);
  assert.deepEqual(seen(room), ["[Today]", "[New]", "bob: a"]);
  const later = page();
  later.view.setUnreadLine(4); // the first unread message is further up, where the window does not reach
  insertAll(later.view, said(5, "bob", "a"));
  assert.deepEqual(seen(later), ["[Today]", "bob: a"]);
});

test("the unread line moves to the next message after a deletion", () => {
  const room = page();
  insertAll(room.view, said(1, "bob", "a"), said(2, "bob", "b"), said(3, "bob", "c"));
  room.view.setUnreadLine(2);
  room.view.remove([2]);
  assert.deepEqual(seen(room), ["[Today]", "bob: a", "[New]", "bob: c"]);
});

test("after a deletion the day stands above the unread line", () => {
  const room = page();
  insertAll(room.view, said(1, "bob", "a"), said(2, "bob", "b"), said(3, "bob", "c"));
  room.view.setUnreadLine(2);
  room.view.remove([1]);
  assert.deepEqual(seen(room), ["[Today]", "[New]", "bob: b", "c"]);
});

test("after midnight, today is yesterday", () => {
  const RealDate = Date;
  let now = "2026-03-04T03:00:00Z";
  globalThis.Date = class extends RealDate {
    constructor(...values) {
      super(...(values.length ? values : [now]));
    }
  };
  try {
    const room = page();
    insertAll(room.view, said(1, "bob", "a"));
    now = room.clock.now = "2026-03-04T14:59:00Z";
    room.view.renewDays();
    assert.deepEqual(seen(room), ["[Today]", "bob: a"]);
    now = room.clock.now = "2026-03-04T15:00:00Z";
    room.view.renewDays();
    assert.deepEqual(seen(room), ["[Yesterday]", "bob: a"]);
    now = room.clock.now = "2026-03-05T15:00:00Z";
    room.view.renewDays();
    assert.notDeepEqual(seen(room), ["[Yesterday]", "bob: a"]);
  } finally {
    globalThis.Date = RealDate;
  }
});

test("a message has its author's hue, the time, and an address without a name", () => {
  const { view } = page();
  view.insert(said(7, "bob", "hi", "2026-03-04T02:03:00Z"), null);
  const item = view.element(7);
  assert.match($(item).attr("class"), /\bhue-\d+$/);
  assert.match($(item).find("time").text(), /^(11:03|11:03 AM)$/);
  assert.equal($(item).find("time").attr("datetime"), "2026-03-04T02:03:00Z");
  assert.equal($(item).find(".when").attr("href"), "/den#m7");
  assert.equal(item.attributes.get("id"), "m7");
});

test("what people write is text, and only links and code are elements", () => {
  const { view } = page();
  view.insert(said(1, "bob", "<b>no</b> `code` https://example.org/a"), null);
  const $text = $(view.element(1)).find(".text");
  assert.deepEqual($text.children().get().map(({ tag }) => tag), ["code", "a"]);
  assert.equal($text.text(), "<b>no</b> code https://example.org/a");
});

test("a link to a room of this chat loses its name, and other links keep theirs", () => {
  const { view } = page();
  const ours = "http://chat.example/x?user=eve&before=9 http://chat.example/x?b=1&a=%20";
  const others = "https://example.org/?user=eve http://chat.example/elsewhere/x?user=eve";
  view.insert(said(1, "bob", `${ours} ${others}`), null);
  const hrefs = $(view.element(1)).find(".text a").get().map(({ href }) => href);
  assert.deepEqual(hrefs, [
    "http://chat.example/x?before=9",
    "http://chat.example/x?b=1&a=%20",
    "https://example.org/?user=eve",
    "http://chat.example/elsewhere/x?user=eve",
  ]);
});

test("a page below the chat's own address knows links to its rooms too", () => {
  const { view } = page({ address: "http://chat.example/talk/-/read/den", home: "/talk/" });
  view.insert(said(1, "bob", "http://chat.example/talk/x?user=eve http://chat.example/talk/-/read/x?user=eve"), null);
  const hrefs = $(view.element(1)).find(".text a").get().map(({ href }) => href);
  assert.deepEqual(hrefs, ["http://chat.example/talk/x", "http://chat.example/talk/-/read/x?user=eve"]);
});

test("an edited message keeps its element and says that it was edited", () => {
  const { view } = page();
  view.insert(said(1, "bob", "a"), null);
  const before = view.element(1);
  const edited = () => $(view.element(1)).find(".edited")[0];
  assert.equal(edited().hidden, true);
  view.update({ ...said(1, "bob", "b @ann"), edited: "2026-03-04T02:30:00Z" });
  assert.equal(view.element(1), before);
  assert.equal(edited().hidden, false);
  assert.equal($(before).find(".text").text(), "b @ann");
  assert.ok(before.matches(".mentioned"));
});

test("it takes over the messages that the server drew", () => {
  const drawn = [
    { ...said(1, "bob", "a `b`", "2026-03-03T03:00:00Z"), tag: "t1" },
    { ...said(2, "bob", "c"), change: 9, edited: "2026-03-04T02:30:00Z" },
    said(3, "bob", "d"),
    { ...by("annsmark", 4, "ann", "e"), staff: true },
  ];
  const room = page({ drawn });
  assert.deepEqual(room.view.adopt(), drawn);
  assert.deepEqual(seen(room), ["[Yesterday]", "bob: a b", "[Today]", "bob: c", "d", "ann: e"]);
  assert.deepEqual([1, 2, 3, 4].map((id) => isOwn(room.view, id)), [false, false, false, true]);
  assert.equal($(room.view.element(2)).find(".edited")[0].hidden, false);
  room.view.insert({ ...by("annsmark", 5, "ann", "f"), staff: true }, null);
  assert.deepEqual(seen(room).slice(-1), ["f"]);
});

test("a text that is cut can be unfolded, and folded again", () => {
  const { view } = page();
  view.insert(said(1, "bob", "long"), null);
  const [text] = $(view.element(1)).find(".text");
  assert.deepEqual(observed, [text]);
  const label = text.nextElementSibling;
  const lay = (clientHeight, scrollHeight) => {
    Object.assign(text, { clientHeight, scrollHeight });
    sizesChange([text]);
    return !label.hidden;
  };
  assert.equal(lay(20, 20), false);
  assert.equal(lay(600, 609), true);
  assert.equal(lay(600, 608), false); // rounding, or a descender
  label.firstChild.checked = true;
  assert.equal(lay(3000, 3000), true);
});
