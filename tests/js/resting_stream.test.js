"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeClock } = require("./fakes.js");
require("../../static/chat/resting_stream.js");

const FIVE_MINUTES = 5 * 60_000;

// A tab with a stream that says whether it is open.
function openTab({ hidden = false } = {}) {
  const clock = fakeClock();
  const tab = { isOpen: false, hidden, wakes: 0 };
  const stream = {
    open: () => (tab.isOpen = true),
    wake: () => (tab.wakes += 1),
    close: () => (tab.isOpen = false),
  };
  const resting = chat.restingStream({ stream, isHidden: () => tab.hidden, ...clock });
  const hide = () => ((tab.hidden = true), resting.hide());
  const show = () => ((tab.hidden = false), resting.wake());
  resting.open();
  return Object.assign(tab, { stream: resting, clock, hide, show });
}

test("a tab that is hidden for five minutes lets go of its stream, and opens it when it is shown", () => {
  const tab = openTab();
  tab.hide();
  tab.clock.pass(FIVE_MINUTES - 1);
  assert.equal(tab.isOpen, true);
  tab.clock.pass(1);
  assert.equal(tab.isOpen, false);
  tab.show();
  assert.equal(tab.isOpen, true);
});

test("a tab that is opened in the background lets go too", () => {
  const tab = openTab({ hidden: true });
  tab.clock.pass(FIVE_MINUTES);
  assert.equal(tab.isOpen, false);
});

test("a tab that was shown in between keeps its stream", () => {
  const tab = openTab();
  tab.hide();
  tab.clock.pass(FIVE_MINUTES - 1);
  tab.show();
  assert.equal(tab.wakes, 1);
  tab.clock.pass(FIVE_MINUTES);
  assert.equal(tab.isOpen, true);
  tab.hide();
  tab.clock.pass(FIVE_MINUTES - 1);
  assert.equal(tab.isOpen, true);
});

test("what happens meanwhile does not open the stream of a tab that nobody sees", () => {
  const tab = openTab();
  tab.hide();
  tab.clock.pass(FIVE_MINUTES);
  tab.stream.open(); // the network is back
  tab.stream.wake(); // a message got through
  assert.equal(tab.isOpen, false);
});

test("a tab that was put away and is taken out opens its stream", () => {
  const tab = openTab();
  tab.hide();
  tab.clock.pass(FIVE_MINUTES);
  tab.stream.close();
  tab.stream.open();
  assert.equal(tab.isOpen, true);
});
