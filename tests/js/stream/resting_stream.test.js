import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock } from "../fakes.js";
import { createRestingStream } from "../../../static/chat/stream/resting_stream.js";

const FIVE_MINUTES = 5 * 60_000;

// A tab, and a stream that knows whether it is open.
function openTab({ hidden = false } = {}) {
  const clock = fakeClock();
  const tab = { isOpen: false, hidden, wakes: 0 };
  const stream = {
    open: () => (tab.isOpen = true),
    wake: () => (tab.wakes += 1),
    close: () => (tab.isOpen = false),
  };
  const resting = createRestingStream({ stream, isHidden: () => tab.hidden, ...clock });
  const hide = () => ((tab.hidden = true), resting.hide());
  const show = () => ((tab.hidden = false), resting.wake());
  resting.open();
  return Object.assign(tab, { stream: resting, clock, hide, show });
}

test("a tab that is hidden for five minutes closes its stream, and opens it when it is shown", () => {
  const tab = openTab();
  tab.hide();
  tab.clock.pass(FIVE_MINUTES - 1);
  assert.equal(tab.isOpen, true);
  tab.clock.pass(1);
  assert.equal(tab.isOpen, false);
  tab.show();
  assert.equal(tab.isOpen, true);
});

test("a tab that opens in the background closes its stream too", () => {
  const tab = openTab({ hidden: true });
  tab.clock.pass(FIVE_MINUTES);
  assert.equal(tab.isOpen, false);
});

test("a tab that was shown in the meantime keeps its stream", () => {
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

test("a hidden tab does not open its stream, whatever happens", () => {
  const tab = openTab();
  tab.hide();
  tab.clock.pass(FIVE_MINUTES);
  tab.stream.open(); // the network is back
  tab.stream.wake(); // a message was sent
  assert.equal(tab.isOpen, false);
});

test("a tab from the back-forward cache opens its stream", () => {
  const tab = openTab();
  tab.hide();
  tab.clock.pass(FIVE_MINUTES);
  tab.stream.close();
  tab.stream.open();
  assert.equal(tab.isOpen, true);
});

test("a tab that closed its stream and opens it again does not think that it rests", () => {
  const tab = openTab();
  tab.hide();
  tab.clock.pass(FIVE_MINUTES);
  tab.stream.close();
  tab.hidden = true;
  tab.stream.open();
  assert.equal(tab.isOpen, true);
});
