"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { fakeClock } = require("./fakes.js");
require("../../static/chat/event_ids.js");
require("../../static/chat/resting_stream.js");
require("../../static/chat/shared_stream.js");

const URL = "/events/?channel=room-b%2Cc";

// A tab's stream, opened. `workers` are the ones it has connected to, `own` its own streams, `heard` what it was told.
function openTab({ hidden = false, SharedWorker } = {}) {
  const clock = fakeClock();
  const tab = { workers: [], own: [], heard: [], hidden, clock };
  class Worker {
    constructor(...made) {
      this.made = made;
      this.said = [];
      this.port = { postMessage: (said) => this.said.push(said), close: () => (this.closed = true) };
      tab.workers.push(this);
    }
    words() {
      return this.said.map(({ word }) => word);
    }
    tell(...all) {
      all.forEach((said) => this.port.onmessage({ data: said }));
    }
  }
  const hear = (name) => (...all) => tab.heard.push([name, ...all]);
  tab.stream = chat.sharedStream({
    SharedWorker: SharedWorker === undefined ? Worker : SharedWorker,
    workerUrl: "/worker.js",
    url: URL,
    lastEventId: "room-b%2Cc:5",
    ownStream(options) {
      const stream = Object.assign({}, options, { isOpen: false, wakes: 0 });
      stream.open = () => (stream.isOpen = true);
      stream.close = () => (stream.isOpen = false);
      stream.wake = () => (stream.wakes += 1);
      tab.own.push(stream);
      return stream;
    },
    isHidden: () => tab.hidden,
    onMessage: hear("message"),
    onChange: hear("change"),
    onReset: hear("reset"),
    onOpen: hear("open"),
    onLost: hear("lost"),
    onError: hear("error"),
    ...clock,
  });
  tab.stream.open();
  tab.worker = () => tab.workers.at(-1);
  return tab;
}

const here = (number) => ({ word: "here", path: "/events/", channel: "room-b,c", eventId: `room-b%2Cc:${number}` });

test("a tab tells the worker where it is, and hears what it says", () => {
  const { worker, heard, own } = openTab();
  assert.deepEqual(worker().made, ["/worker.js"]);
  assert.deepEqual(worker().said, [here(5)]);
  worker().tell(
    { word: "joined" },
    { word: "open" },
    { word: "message", message: "Hi", eventId: "room-b%2Cc:6" },
    { word: "change", message: "Hi!", eventId: "room-b%2Cc:7" },
    { word: "lost", retryInMs: 1_000 },
    { word: "stopped", why: "Not for you" },
  );
  assert.deepEqual(heard, [["lost", null], ["open"], ["message", "Hi"], ["change", "Hi!"], ["lost", 1_000], ["error", "Not for you"]]);
  assert.deepEqual(own, []);
});

test("a reset says from where on to fetch, and moves the tab's place", () => {
  const { worker, heard } = openTab();
  worker().tell({ word: "reset", goodEventId: "room-b%2Cc:5", eventId: "room-b%2Cc:90" }, { word: "gone" });
  assert.deepEqual(heard.at(-1), ["reset", "room-b%2Cc:5"]);
  assert.deepEqual(worker().said.at(-1), here(90));
});

test("a tab that was taken for dead comes again from where it is", () => {
  const { worker } = openTab();
  worker().tell({ word: "message", message: "Hi", eventId: "room-b%2Cc:6" }, { word: "gone" });
  assert.deepEqual(worker().said, [here(5), here(6)]);
});

test("a tab tells every minute that it is there", () => {
  const { worker, clock, own } = openTab();
  worker().tell({ word: "joined" });
  clock.pass(60_000);
  worker().tell({ word: "joined" });
  clock.pass(60_000);
  assert.deepEqual(worker().words(), ["here", "here", "here"]);
  assert.deepEqual(own, []);
});

test("a tab that is shown, or back in the network, has the worker look after its stream", () => {
  const { stream, worker } = openTab();
  worker().tell({ word: "joined" });
  stream.wake();
  stream.open();
  assert.deepEqual(worker().words(), ["here", "here", "wake", "open"]);
});

test("a tab that is put away leaves, and joins again with a new connection", () => {
  const { stream, worker, workers, clock } = openTab();
  worker().tell({ word: "message", message: "Hi", eventId: "room-b%2Cc:6" });
  stream.close();
  assert.deepEqual([worker().words(), worker().closed], [["here", "leave"], true]);
  clock.pass(600_000);
  stream.wake(); // nothing wakes it there
  assert.deepEqual(workers.length, 1);
  stream.open();
  assert.deepEqual(worker().said, [here(6)]);
});

test("without shared workers a tab has a stream of its own", () => {
  const broken = class {
    constructor() {
      throw new Error("SecurityError");
    }
  };
  for (const SharedWorker of [null, broken]) {
    const { own, heard } = openTab({ SharedWorker });
    assert.deepEqual(own.map(({ url, lastEventId, isOpen }) => [url, lastEventId, isOpen]), [[URL, "room-b%2Cc:5", true]]);
    own[0].onMessage("Hi", "room-b%2Cc:6");
    own[0].onChange("Hi!", "room-b%2Cc:7");
    own[0].onReset("room-b%2Cc:7", "room-b%2Cc:90", null);
    assert.deepEqual(heard.slice(1), [["message", "Hi"], ["change", "Hi!"], ["reset", "room-b%2Cc:7"]]);
  }
});

test("what a reset gives to go on from can be read by the server, whatever id the page had", () => {
  const { own, heard } = openTab({ SharedWorker: null });
  for (const eventId of ["other-room-b%2Cc:7", "error", "", "room-a:3"]) {
    own[0].onReset(eventId, "room-b%2Cc:90", null);
    assert.deepEqual(heard.at(-1), ["reset", "room-b%2Cc:0"]);
  }
});

test("a worker that can't be loaded is done without", () => {
  const { worker, own } = openTab();
  worker().onerror();
  assert.equal(own[0].isOpen, true);
});

test("a worker that does not answer is done without, until it does", () => {
  const { worker, own, clock, heard } = openTab();
  clock.pass(4_999);
  assert.deepEqual(own, []);
  clock.pass(1);
  assert.equal(own[0].isOpen, true);
  own[0].onMessage("six", "room-b%2Cc:6");
  worker().tell({ word: "joined" }, { word: "open" });
  assert.equal(own[0].isOpen, false);
  assert.deepEqual(worker().said, [here(5), { word: "leave" }, here(6)]);
  worker().tell({ word: "message", message: "seven", eventId: "room-b%2Cc:7" });
  assert.deepEqual(heard.at(-1), ["message", "seven"]);
  clock.pass(4_999);
  assert.equal(own.length, 1);
});

test("a worker that has died is done without, from the last event on", () => {
  const { worker, own, clock } = openTab();
  worker().tell({ word: "message", message: "six", eventId: "room-b%2Cc:6" });
  clock.pass(60_000 + 5_000);
  assert.equal(own[0].lastEventId, "room-b%2Cc:6");
  clock.pass(600_000);
  assert.equal(own.length, 1);
});

test("an answer answers all that was asked before", () => {
  const { worker, own, clock, stream } = openTab();
  stream.wake();
  stream.wake();
  worker().tell({ word: "joined" });
  clock.pass(5_000);
  assert.deepEqual(own, []);
});

test("a tab that wakes finds out at once that the worker has died", () => {
  const { worker, own, clock, stream } = openTab();
  worker().tell({ word: "joined" });
  stream.wake();
  clock.pass(5_000);
  assert.equal(own.length, 1);
});

test("an own stream rests while its tab is hidden for long, a shared one does not", () => {
  for (const [SharedWorker, rests] of [[null, true], [undefined, false]]) {
    const tab = openTab({ SharedWorker });
    if (!rests) tab.worker().tell({ word: "joined" });
    tab.hidden = true;
    tab.stream.hide();
    for (let minute = 0; minute < 6; minute += 1) {
      tab.clock.pass(60_000);
      if (!rests) tab.worker().tell({ word: "joined" });
    }
    assert.equal(tab.own[0]?.isOpen ?? true, !rests);
    if (!rests) assert.ok(!tab.worker().words().includes("leave"));
    tab.hidden = false;
    tab.stream.wake();
    assert.equal(tab.own[0]?.isOpen ?? true, true);
  }
});

test("a tab with a stream of its own wakes, closes and opens that", () => {
  const { stream, own, clock } = openTab({ SharedWorker: null });
  stream.wake();
  assert.equal(own[0].wakes, 1);
  stream.close();
  assert.equal(own[0].isOpen, false);
  clock.pass(600_000);
  assert.equal(own[0].isOpen, false);
  stream.open();
  assert.equal(own[0].isOpen, true);
  assert.equal(own.length, 1);
});
