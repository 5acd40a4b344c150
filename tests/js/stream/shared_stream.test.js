import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock } from "../fakes.js";
import { createSharedStream } from "../../../static/chat/stream/shared_stream.js";

const URL = "/events/?channel=room-b%2Cc";

// A tab with an open stream. `workers` are its shared workers, `own` its own streams, and `heard` what its listener heard.
function openTab({ hidden = false, SharedWorker, workerUrl = "/worker.js" } = {}) {
  const clock = fakeClock();
  const tab = { workers: [], own: [], heard: [], hidden, clock };
  class Worker {
    constructor(...made) {
      this.made = made;
      this.said = [];
      this.port = { postMessage: (said) => this.said.push(said), close: () => (this.closed = true) };
      tab.workers.push(this);
    }
    types() {
      return this.said.map(({ type }) => type);
    }
    tell(...all) {
      all.forEach((said) => this.port.onmessage({ data: said }));
    }
  }
  const hear = (name) => (...all) => tab.heard.push([name, ...all]);
  tab.stream = createSharedStream({
    SharedWorker: SharedWorker === undefined ? Worker : SharedWorker,
    workerUrl,
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
    ...clock,
  });
  tab.stream.listen({
    message: hear("message"),
    change: hear("change"),
    room: hear("room"),
    reset: hear("reset"),
    opened: hear("opened"),
    lost: hear("lost"),
    stopped: hear("stopped"),
  });
  tab.stream.open();
  tab.worker = () => tab.workers.at(-1);
  return tab;
}

const here = (number) => ({ type: "here", path: "/events/", list: null, channel: "room-b,c", eventId: `room-b%2Cc:${number}` });

test("a tab tells the worker its last event, and passes on the worker's notices", () => {
  const { worker, heard, own } = openTab();
  assert.deepEqual(worker().made, ["/worker.js"]);
  assert.deepEqual(worker().said, [here(5)]);
  worker().tell(
    { type: "joined" },
    { type: "open" },
    { type: "message", message: "Hi", eventId: "room-b%2Cc:6" },
    { type: "change", message: "Hi!", eventId: "room-b%2Cc:7" },
    { type: "room", news: { cleared: 17 }, eventId: "room-b%2Cc:8" },
    { type: "gone" },
    { type: "lost", retryInMs: 1_000 },
    { type: "stopped", why: "Not for you" },
  );
  const events = [["message", "Hi"], ["change", "Hi!"], ["room", { cleared: 17 }]];
  assert.deepEqual(heard, [["lost", null], ["opened"], ...events, ["lost", 1_000], ["stopped", "Not for you"]]);
  assert.deepEqual(worker().said, [here(5), here(8)]);
  assert.deepEqual(own, []);
});

test("a reset says what to fetch, and sets the tab's last event", () => {
  const { worker, heard } = openTab();
  worker().tell({ type: "reset", goodEventId: "room-b%2Cc:5", eventId: "room-b%2Cc:90" }, { type: "gone" });
  assert.deepEqual(heard.at(-1), ["reset", "room-b%2Cc:5"]);
  assert.deepEqual(worker().said.at(-1), here(90));
});

test("a tab that the worker dropped joins again from its last event", () => {
  const { worker } = openTab();
  worker().tell({ type: "message", message: "Hi", eventId: "room-b%2Cc:6" }, { type: "gone" });
  assert.deepEqual(worker().said, [here(5), here(6)]);
});

test("a tab tells the worker every minute that it is there", () => {
  const { worker, clock, own } = openTab();
  worker().tell({ type: "joined" });
  clock.pass(60_000);
  worker().tell({ type: "joined" });
  clock.pass(60_000);
  assert.deepEqual(worker().types(), ["here", "here", "here"]);
  assert.deepEqual(own, []);
});

test("a tab that is shown, or has a network again, makes the worker check its stream", () => {
  const { stream, worker } = openTab();
  worker().tell({ type: "joined" });
  stream.wake();
  stream.open();
  assert.deepEqual(worker().types(), ["here", "here", "wake", "open"]);
});

test("a tab that closes its stream leaves the worker, and joins again with a new connection", () => {
  const { stream, worker, workers, clock } = openTab();
  worker().tell({ type: "message", message: "Hi", eventId: "room-b%2Cc:6" });
  stream.close();
  assert.deepEqual([worker().types(), worker().closed], [["here", "leave"], true]);
  clock.pass(600_000);
  stream.wake(); // a closed stream stays closed
  assert.deepEqual(workers.length, 1);
  stream.open();
  assert.deepEqual(worker().said, [here(6)]);
});

test("without shared workers a tab opens its own stream", () => {
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
    own[0].onRoom({ cleared: 17 }, "room-b%2Cc:8");
    own[0].onReset("room-b%2Cc:8", "room-b%2Cc:90", null);
    assert.deepEqual(heard.slice(1), [["message", "Hi"], ["change", "Hi!"], ["room", { cleared: 17 }], ["reset", "room-b%2Cc:8"]]);
  }
});

test("the server can read the event id of a reset, whatever id the page had", () => {
  const { own, heard } = openTab({ SharedWorker: null });
  for (const eventId of ["other-room-b%2Cc:7", "error", "", "room-a:3"]) {
    own[0].onReset(eventId, "room-b%2Cc:90", null);
    assert.deepEqual(heard.at(-1), ["reset", "room-b%2Cc:0"]);
  }
});

test("if the worker can't be loaded, the tab opens its own stream", () => {
  const { worker, own } = openTab();
  worker().onerror();
  assert.equal(own[0].isOpen, true);
});

test("if the worker does not answer, the tab opens its own stream until the worker does", () => {
  const { worker, own, clock, heard } = openTab();
  clock.pass(4_999);
  assert.deepEqual(own, []);
  clock.pass(1);
  assert.equal(own[0].isOpen, true);
  own[0].onMessage("six", "room-b%2Cc:6");
  worker().tell({ type: "joined" }, { type: "open" });
  assert.equal(own[0].isOpen, false);
  assert.deepEqual(worker().said, [here(5), { type: "leave" }, here(6)]);
  worker().tell({ type: "message", message: "seven", eventId: "room-b%2Cc:7" });
  assert.deepEqual(heard.at(-1), ["message", "seven"]);
  clock.pass(4_999);
  assert.equal(own.length, 1);
});

test("if the worker dies, the tab opens its own stream from the last event on", () => {
  const { worker, own, clock } = openTab();
  worker().tell({ type: "message", message: "six", eventId: "room-b%2Cc:6" });
  clock.pass(60_000 + 5_000);
  assert.equal(own[0].lastEventId, "room-b%2Cc:6");
  clock.pass(600_000);
  assert.equal(own.length, 1);
});

test("one answer is enough for all earlier commands", () => {
  const { worker, own, clock, stream } = openTab();
  stream.wake();
  stream.wake();
  worker().tell({ type: "joined" });
  clock.pass(5_000);
  assert.deepEqual(own, []);
});

test("a tab that wakes notices at once that the worker died", () => {
  const { worker, own, clock, stream } = openTab();
  worker().tell({ type: "joined" });
  stream.wake();
  clock.pass(5_000);
  assert.equal(own.length, 1);
});

test("a tab's own stream rests while the tab is hidden for long, and a shared one does not", () => {
  for (const [SharedWorker, rests] of [[null, true], [undefined, false]]) {
    const tab = openTab({ SharedWorker });
    if (!rests) tab.worker().tell({ type: "joined" });
    tab.hidden = true;
    tab.stream.hide();
    for (let minute = 0; minute < 6; minute += 1) {
      tab.clock.pass(60_000);
      if (!rests) tab.worker().tell({ type: "joined" });
    }
    assert.equal(tab.own[0]?.isOpen ?? true, !rests);
    if (!rests) assert.ok(!tab.worker().types().includes("leave"));
    tab.hidden = false;
    tab.stream.wake();
    assert.equal(tab.own[0]?.isOpen ?? true, true);
  }
});

test("a tab with its own stream wakes, closes and opens that", () => {
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

test("without an address for the worker, a tab opens its own stream", () => {
  const { workers, own } = openTab({ workerUrl: "" });
  assert.deepEqual([workers.length, own.length], [0, 1]);
});

test("a tab opens one stream of its own, however often the worker fails", () => {
  const { worker, own, clock } = openTab();
  clock.pass(60_000);
  worker().onerror();
  worker().onerror();
  assert.equal(own.length, 1);
  const said = worker().said.length;
  clock.pass(180_000);
  assert.equal(worker().said.length, said);
});

test("a tab says once a minute that it is there, also after it joined again", () => {
  const { worker, clock } = openTab();
  worker().tell({ type: "joined" }, { type: "gone" }, { type: "joined" });
  const said = worker().said.length;
  clock.pass(60_000);
  assert.equal(worker().said.length, said + 1);
});

test("a closed tab opens no stream; after it is opened again, it waits for the worker once more", () => {
  const { stream, own, clock } = openTab();
  stream.close();
  clock.pass(60_000);
  assert.deepEqual(own, []);
  stream.open();
  stream.close();
  stream.open();
  clock.pass(60_000);
  assert.equal(own.length, 1);
});
