"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/stay_at_newest.js");

// A scrolling box, 100 px high, as a browser would have it; its scroll events come when the test says so.
function box(height, { isLive = () => true } = {}) {
  let top = 0;
  let looks = 0;
  const scroller = {
    clientHeight: 100,
    scrollHeight: height,
    get scrollTop() {
      return top;
    },
    set scrollTop(value) {
      top = Math.max(0, Math.min(value, this.scrollHeight - this.clientHeight));
    },
    addEventListener: (_, listener) => (scroller.scrolled = listener),
  };
  let resized;
  class ResizeObserver {
    constructor(callback) {
      resized = callback;
    }
    observe() {}
  }
  const end = chat.stayAtNewest({ scroller, content: {}, isLive, onLook: () => (looks += 1), ResizeObserver });
  return { scroller, end, resized: () => resized(), looks: () => looks };
}

function scrollTo(scroller, top) {
  scroller.scrollTop = top;
  scroller.scrolled();
}

function grow(scroller, by) {
  scroller.scrollHeight += by;
  scroller.scrollTop += 0; // what no longer fits, a browser scrolls back
}

test("the log begins at its newest message and stays there", () => {
  const { scroller, resized } = box(500);
  assert.equal(scroller.scrollTop, 400);
  grow(scroller, 100);
  resized();
  assert.equal(scroller.scrollTop, 500);
});

test("a reader who has scrolled up is left alone", () => {
  const { scroller, end, resized } = box(500);
  scroller.scrolled();
  scrollTo(scroller, 200);
  grow(scroller, 100);
  resized();
  assert.equal(scroller.scrollTop, 200);
  assert.equal(end.isFollowing(), false);
});

test("a reader who has come back to the end is kept there", () => {
  const { scroller, end, resized } = box(500);
  scroller.scrolled();
  scrollTo(scroller, 200);
  scrollTo(scroller, 390);
  grow(scroller, 100);
  resized();
  assert.equal(scroller.scrollTop, 500);
  assert.equal(end.isFollowing(), true);
});

test("a message between a scroll and its event does not strand the reader", () => {
  const { scroller, resized } = box(500);
  grow(scroller, 400);
  scroller.scrolled();
  resized();
  assert.equal(scroller.scrollTop, 800);
});

test("old messages that go while new ones come do not strand the reader", () => {
  const { scroller, resized } = box(5000);
  scroller.scrolled();
  grow(scroller, -2000);
  resized();
  grow(scroller, 300);
  scroller.scrolled(); // tells of the 2 000 px
  resized();
  assert.equal(scroller.scrollTop, 3200);
});

test("one's own message is shown wherever one was", () => {
  const { scroller, end } = box(500);
  scroller.scrolled();
  scrollTo(scroller, 0);
  end.show();
  assert.equal(scroller.scrollTop, 400);
});

test("the end of a page of old messages is not the end of the room", () => {
  let live = false;
  const { scroller, end, resized } = box(500, { isLive: () => live });
  scrollTo(scroller, 400);
  assert.equal(end.isFollowing(), false);
  grow(scroller, 300);
  resized();
  assert.equal(scroller.scrollTop, 400);
  end.moved(); // the page that was added is the last one
  live = true;
  resized();
  assert.equal(scroller.scrollTop, 400);
});

test("every scroll and change of size is told: the reader may have come near the oldest message, or to the newest", () => {
  const { scroller, resized, looks } = box(500);
  scroller.scrolled();
  resized();
  assert.equal(looks(), 2);
});
