import { test } from "node:test";
import assert from "node:assert/strict";
import { createScrollAnchor } from "../../../static/chat/room/scroll_anchor.js";

// A log that is 100 px high and begins at 30 px. `items` are [name, height], and a day line's name begins with "day".
function log(items, { scrollTop = 0, isFollowing = false } = {}) {
  let moves = 0;
  const scroller = { scrollTop, getBoundingClientRect: () => ({ top: 30, bottom: 130 }) };
  const list = { children: [] };
  const make = ([name, height]) => {
    const item = {
      height,
      get isConnected() {
        return list.children.includes(item);
      },
      matches: () => !name.startsWith("day"),
      getBoundingClientRect() {
        const above = list.children.slice(0, list.children.indexOf(item)).reduce((sum, one) => sum + one.height, 0);
        const top = 30 + above - scroller.scrollTop;
        return { top, bottom: top + item.height };
      },
    };
    return item;
  };
  list.children = items.map(make);
  const anchor = createScrollAnchor({ scroller, list, isFollowing: () => isFollowing, onMoved: () => (moves += 1) });
  return {
    anchor,
    scroller,
    moves: () => moves,
    add: (place, ...item) => list.children.splice(place, 0, make(item)),
    remove: (place) => list.children.splice(place, 1),
    items: list.children,
  };
}

const three = [["a", 60], ["b", 60], ["c", 60]];

test("what the reader looks at stays where it is when something comes above it", () => {
  const { anchor, scroller, moves, add } = log(three, { scrollTop: 70 });
  anchor(() => add(0, "new", 25));
  assert.equal(scroller.scrollTop, 95);
  assert.equal(moves(), 1);
});

test("what comes below moves nothing", () => {
  const { anchor, scroller, moves, add } = log(three, { scrollTop: 10 });
  anchor(() => add(3, "new", 25));
  assert.equal(scroller.scrollTop, 10);
  assert.equal(moves(), 0);
});

test("what comes between two messages on screen does not move the upper one", () => {
  const { anchor, scroller, add } = log(three, { scrollTop: 10 });
  anchor(() => add(1, "new", 25));
  assert.equal(scroller.scrollTop, 10);
});

test("a message that is just above the edge does not count, and one that is partly on screen does", () => {
  for (const [scrollTop, after] of [[60, 85], [59, 59]]) {
    const { anchor, scroller, items } = log(three, { scrollTop });
    anchor(() => (items[0].height += 25));
    assert.equal(scroller.scrollTop, after);
  }
});

test("if the upper message goes, the next one stays, and day lines do not count", () => {
  const { anchor, scroller, remove, add } = log([["a", 40], ["day 1", 10], ["b", 60], ["c", 60]], { scrollTop: 20 });
  anchor(() => {
    remove(0);
    add(0, "old", 15);
    add(2, "more", 20);
  });
  assert.equal(scroller.scrollTop, 15);
});

test("a message below the screen does not count", () => {
  const { anchor, scroller, remove, add } = log([["a", 100], ["b", 60]]);
  anchor(() => {
    remove(0);
    add(0, "new", 160);
  });
  assert.equal(scroller.scrollTop, 0);
});

test("a log that follows the end is left alone", () => {
  const { anchor, scroller, add } = log(three, { scrollTop: 70, isFollowing: true });
  anchor(() => add(0, "new", 25));
  assert.equal(scroller.scrollTop, 70);
});

test("less than a pixel is no move, and a pixel is one", () => {
  for (const [height, after] of [[0.9, 70], [1, 71]]) {
    const { anchor, scroller, add } = log(three, { scrollTop: 70 });
    anchor(() => add(0, "new", height));
    assert.equal(scroller.scrollTop, after);
  }
});

test("changes inside a larger one are measured together", () => {
  const { anchor, scroller, moves, add } = log(three, { scrollTop: 70 });
  anchor(() => {
    anchor(() => add(0, "new", 25));
    anchor(() => add(0, "new", 25));
  });
  assert.equal(scroller.scrollTop, 120);
  assert.equal(moves(), 1);
});

test("a change that fails does not stop the next one from being measured", () => {
  const { anchor, scroller, add } = log(three, { scrollTop: 70 });
  assert.throws(() =>
    anchor(() => {
      throw new Error("failed");
    }),
  );
  anchor(() => add(0, "new", 25));
  assert.equal(scroller.scrollTop, 95);
});
