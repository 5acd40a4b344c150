"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/stay_at_newest.js");

// A scrolling box, 100 px high, as a browser would have it; its scroll events come when the test says so.
function box(height) {
  let top = 0;
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
  const newest = chat.stayAtNewest(scroller, {}, ResizeObserver);
  return { scroller, newest, resized: () => resized() };
}

function scrollTo(scroller, top) {
  scroller.scrollTop = top;
  scroller.scrolled();
}

test("the log begins at its newest message and stays there", () => {
  const { scroller, resized } = box(500);
  assert.equal(scroller.scrollTop, 400);
  scroller.scrollHeight = 600;
  resized();
  assert.equal(scroller.scrollTop, 500);
});

test("a reader who has scrolled up is left alone", () => {
  const { scroller, resized } = box(500);
  scroller.scrolled();
  scrollTo(scroller, 200);
  scroller.scrollHeight = 600;
  resized();
  assert.equal(scroller.scrollTop, 200);
});

test("a reader who has come back to the end is kept there", () => {
  const { scroller, resized } = box(500);
  scroller.scrolled();
  scrollTo(scroller, 200);
  scrollTo(scroller, 390);
  scroller.scrollHeight = 600;
  resized();
  assert.equal(scroller.scrollTop, 500);
});

test("a message between a scroll and its event does not strand the reader", () => {
  const { scroller, resized } = box(500);
  scroller.scrollHeight = 900;
  scroller.scrolled();
  resized();
  assert.equal(scroller.scrollTop, 800);
});

test("one's own message is shown wherever one was", () => {
  const { scroller, newest } = box(500);
  scroller.scrolled();
  scrollTo(scroller, 0);
  newest.show();
  assert.equal(scroller.scrollTop, 400);
});
