import { test } from "node:test";
import assert from "node:assert/strict";
import { createFollowNewest } from "../../../static/chat/room/follow_newest.js";

// A scrolling box, 100 px high. It works like a browser's, but the test sends the scroll events.
function box(height, { isLive = () => true, unreadAt = null } = {}) {
  let top = 0;
  let looks = 0;
  const unread = { at: unreadAt }; // where the first unread message is, in the content
  const scroller = {
    clientHeight: 100,
    scrollHeight: height,
    get scrollTop() {
      return top;
    },
    set scrollTop(value) {
      top = Math.max(0, Math.min(value, this.scrollHeight - this.clientHeight));
    },
    getBoundingClientRect: () => ({ top: 30 }),
    addEventListener: (_, listener) => (scroller.scrolled = listener),
  };
  let resized;
  class ResizeObserver {
    constructor(callback) {
      resized = callback;
    }
    observe() {}
  }
  const firstUnread = () => unread.at !== null && { getBoundingClientRect: () => ({ top: 30 + unread.at - top }) };
  const end = createFollowNewest({ scroller, content: {}, isLive, firstUnread, ResizeObserver });
  end.start(() => (looks += 1));
  return { scroller, end, unread, resized: () => resized(), looks: () => looks };
}

function scrollTo(scroller, top) {
  scroller.scrollTop = top;
  scroller.scrolled();
}

function grow(scroller, by) {
  scroller.scrollHeight += by;
  scroller.scrollTop += 0; // a browser scrolls back if the content is too short
}

test("the log starts at its newest message and stays there", () => {
  const { scroller, resized } = box(500);
  assert.equal(scroller.scrollTop, 400);
  grow(scroller, 100);
  resized();
  assert.equal(scroller.scrollTop, 500);
});

test("the log does not scroll past the first unread message, which has a third of the screen above it", () => {
  const { scroller, end, unread, resized } = box(480);
  unread.at = 480;
  for (const [height, top] of [[500, 400], [540, 440], [900, 447], [2_000, 447]]) {
    grow(scroller, height - scroller.scrollHeight);
    resized();
    assert.equal(Math.round(scroller.scrollTop), top);
  }
  assert.equal(end.isFollowing(), false);
  assert.equal(Math.round(box(900, { unreadAt: 480 }).scroller.scrollTop), 447);
  assert.equal(box(900, { unreadAt: 10 }).scroller.scrollTop, 0);
});

test("the log does not scroll back to an unread message from which the reader has gone on", () => {
  const { scroller, end, unread, resized } = box(500);
  unread.at = 100;
  end.show();
  grow(scroller, 100);
  resized();
  assert.equal(scroller.scrollTop, 400);
});

test("a reader who scrolled up stays there", () => {
  const { scroller, end, resized } = box(500);
  scroller.scrolled();
  scrollTo(scroller, 200);
  grow(scroller, 100);
  resized();
  assert.equal(scroller.scrollTop, 200);
  assert.equal(end.isFollowing(), false);
});

test("a reader who came back to the end stays there", () => {
  const { scroller, end, resized } = box(500);
  scroller.scrolled();
  scrollTo(scroller, 200);
  scrollTo(scroller, 390);
  grow(scroller, 100);
  resized();
  assert.equal(scroller.scrollTop, 500);
  assert.equal(end.isFollowing(), true);
});

test("a message between a scroll and its event does not stop the following", () => {
  const { scroller, resized } = box(500);
  grow(scroller, 400);
  scroller.scrolled();
  resized();
  assert.equal(scroller.scrollTop, 800);
});

test("old messages that go while new ones come do not stop the following", () => {
  const { scroller, resized } = box(5000);
  scroller.scrolled();
  grow(scroller, -2000);
  resized();
  grow(scroller, 300);
  scroller.scrolled(); // the event for the 2 000 px
  resized();
  assert.equal(scroller.scrollTop, 3200);
});

test("show() leads to the end from anywhere", () => {
  const { scroller, end } = box(500);
  scroller.scrolled();
  scrollTo(scroller, 0);
  end.show();
  assert.equal(scroller.scrollTop, 400);
});

test("the end of a window that is not live is not the end of the room", () => {
  let live = false;
  const { scroller, end, resized } = box(500, { isLive: () => live });
  scrollTo(scroller, 400);
  assert.equal(end.isFollowing(), false);
  grow(scroller, 300);
  resized();
  assert.equal(scroller.scrollTop, 400);
  end.moved(); // the added page is the last one
  live = true;
  resized();
  assert.equal(scroller.scrollTop, 400);
});

test("onLook() is called after every scroll and every change of size", () => {
  const { scroller, resized, looks } = box(500);
  scroller.scrolled();
  resized();
  assert.equal(looks(), 2);
});
