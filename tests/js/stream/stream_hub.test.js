import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock, seededRandom } from "../fakes.js";
import { readEventId, writeEventId } from "../../../static/chat/stream/event_ids.js";
import { createStreamHub } from "../../../static/chat/stream/stream_hub.js";

const MINUTE = 60_000;

// A hub and its streams.
function newHub() {
  const clock = fakeClock();
  const all = [];
  const hub = createStreamHub({
    newStream(options) {
      const stream = Object.assign({}, options, { isOpen: false, opened: 0, wakes: 0 });
      stream.open = () => ((stream.isOpen = true), (stream.opened += 1), stream.onLost(null));
      stream.close = () => (stream.isOpen = false);
      stream.wake = () => (stream.wakes += 1);
      all.push(stream);
      return stream;
    },
    ...clock,
  });
  // A tab in a room. `heard` are its notices, without the answers to `here`.
  function tab(room, position, name = room) {
    const tab = { heard: [], answers: 0, types: () => tab.heard.map(({ type }) => type) };
    const tell = (said) => (said.type === "joined" ? (tab.answers += 1) : tab.heard.push(said));
    const channel = `room-${room}`;
    tab.say = (type, eventId = `room-${name}:${position}`) => hub.receive(tell, { type, path: "/events/", channel, eventId });
    tab.say("here");
    tab.events = () => tab.heard.filter(({ message }) => message).map(({ message, eventId }) => [message, eventId]);
    tab.resets = () => tab.heard.filter(({ type }) => type === "reset").map((said) => [said.goodEventId, said.eventId]);
    return tab;
  }
  const open = () => all.filter(({ isOpen }) => isOpen);
  const asked = () => open().map(({ url, lastEventId }) => `${url.replace("/events/?", "")} ${lastEventId}`);
  return { tab, clock, all, open, asked, latest: () => all.at(-1) };
}

test("all tabs of a room share one stream, and each gets every event once", () => {
  const { tab, asked, latest, all } = newHub();
  const tabs = [tab("a", 5), tab("a", 5), tab("a", 5)];
  assert.deepEqual(asked(), ["channel=room-a room-a:5"]);
  latest().onMessage("Hi", "room-a:6");
  latest().onChange("Hi!", "room-a:7");
  latest().onRoom({ cleared: 17 }, "room-a:8");
  for (const { heard } of tabs) {
    assert.deepEqual(heard.slice(-3), [
      { type: "message", message: "Hi", eventId: "room-a:6" },
      { type: "change", message: "Hi!", eventId: "room-a:7" },
      { type: "room", news: { cleared: 17 }, eventId: "room-a:8" },
    ]);
  }
  assert.equal(all.length, 1);
});

test("a second room joins the stream, from the last events of both", () => {
  const { tab, asked, latest } = newHub();
  tab("a", 5);
  latest().onMessage("Hi", "room-a:6");
  tab("b", 7);
  assert.deepEqual(asked(), ["channel=room-a&channel=room-b room-a:6,room-b:7"]);
});

test("an event goes to the tabs of the channel that moved", () => {
  const { tab, latest } = newHub();
  const [ann, bob] = [tab("a", 5), tab("b,c", 7, "b%2Cc")];
  latest().onMessage("to b", "room-a:5,room-b%2Cc:8");
  latest().onMessage("to a", "room-a:6,room-b%2Cc:8");
  assert.deepEqual(ann.events(), [["to a", "room-a:6"]]);
  assert.deepEqual(bob.events(), [["to b", "room-b%2Cc:8"]]);
});

test("a recheck moves its channel and tells the tabs nothing, so the next event of another room belongs to that room", () => {
  const { tab, latest, all } = newHub();
  const [ann, bob] = [tab("a", 5), tab("b", 7)];
  const stream = latest();
  const before = ann.heard.length;
  stream.onRecheck("room-a:6,room-b:7");
  assert.equal(ann.heard.length, before);
  stream.onMessage("to b", "room-a:6,room-b:8");
  stream.onMessage("to a", "room-a:7,room-b:8");
  assert.deepEqual(ann.events(), [["to a", "room-a:7"]]);
  assert.deepEqual(bob.events(), [["to b", "room-b:8"]]);
  assert.deepEqual([...ann.resets(), ...bob.resets()], []);
  assert.equal(latest(), stream);
  assert.equal(all.length, 2);
});

test("a tab is behind a recheck that it was not told of, and loses nothing when it joins again", () => {
  const { tab, asked, latest } = newHub();
  const ann = tab("a", 5);
  latest().onRecheck("room-a:6");
  ann.say("leave");
  ann.say("here");
  assert.deepEqual(asked(), ["channel=room-a room-a:5"]);
  latest().onRecheck("room-a:6");
  latest().onMessage("seven", "room-a:7");
  assert.deepEqual(ann.events(), [["seven", "room-a:7"]]);
  assert.deepEqual(ann.resets(), []);
});

test("a tab that is behind moves the stream back, and the others get nothing twice", () => {
  const { tab, asked, latest } = newHub();
  const ahead = tab("a", 5);
  tab("b", 1);
  latest().onMessage("six", "room-a:6,room-b:1");
  const behind = tab("a", 4);
  assert.deepEqual(asked(), ["channel=room-a&channel=room-b room-a:4,room-b:1"]);
  latest().onMessage("five", "room-a:5,room-b:1");
  latest().onMessage("six", "room-a:6,room-b:1");
  latest().onMessage("seven", "room-a:7,room-b:1");
  const ids = (tab) => tab.events().map(([, id]) => id);
  assert.deepEqual(ids(behind), ["room-a:5", "room-a:6", "room-a:7"]);
  assert.deepEqual(ids(ahead), ["room-a:6", "room-a:7"]);
});

test("a tab that is ahead of the stream, maybe from another database, fetches what it may have missed", () => {
  const { tab, latest, all } = newHub();
  tab("a", 5);
  const ahead = tab("a", 9);
  assert.deepEqual(ahead.resets(), [["room-a:5", "room-a:5"]]);
  latest().onMessage("six", "room-a:6");
  assert.deepEqual(ahead.events(), [["six", "room-a:6"]]);
  assert.equal(all.length, 1);
});

test("a tab whose id can't be read gets a reset from the server", () => {
  const { tab, asked, latest } = newHub();
  const lost = tab("a", "x");
  assert.deepEqual(asked(), ["channel=room-a room-a:-1"]);
  latest().onReset("room-a:-1", "room-a:7", { channels: ["room-a"] });
  assert.deepEqual(lost.resets(), [["room-a:0", "room-a:7"]]);
});

test("a reset concerns the channels that it names, and each tab from its own last event", () => {
  const { tab, latest } = newHub();
  const [ann, bob] = [tab("a", 5), tab("b", 7)];
  latest().onMessage("Hi", "room-a:6,room-b:7");
  latest().onReset("room-a:6,room-b:7", "room-a:90,room-b:7", { channels: ["room-a"] });
  assert.deepEqual([ann.resets(), bob.resets()], [[["room-a:6", "room-a:90"]], []]);
  latest().onMessage("live", "room-a:91,room-b:7");
  assert.deepEqual(ann.events().at(-1), ["live", "room-a:91"]);
});

test("a reset without channels concerns all of them", () => {
  for (const data of [null, {}, { channels: "x" }, { channels: ["room-other"] }, { channels: 5 }]) {
    const { tab, latest } = newHub();
    const tabs = [tab("a", 5), tab("b", 7)];
    latest().onReset("", "room-a:9,room-b:9", data);
    assert.deepEqual(tabs.map((tab) => tab.resets()), [[["room-a:5", "room-a:9"]], [["room-b:7", "room-b:9"]]]);
  }
});

test("if an event may belong to several channels, the tabs of all of them fetch", () => {
  for (const [eventId, resets] of [
    ["room-a:6,room-b:8", [[["room-a:5", "room-a:6"]], [["room-b:7", "room-b:8"]]]],
    ["room-a:5,room-b:7", [[["room-a:5", "room-a:5"]], [["room-b:7", "room-b:7"]]]],
    ["room-a:4,room-b:7", [[["room-a:4", "room-a:4"]], []]],
  ]) {
    const { tab, latest } = newHub();
    const tabs = [tab("a", 5), tab("b", 7)];
    latest().onMessage("whose?", eventId);
    assert.deepEqual(tabs.map((tab) => tab.resets()), resets, eventId);
    assert.deepEqual(tabs.flatMap((tab) => tab.events()), []);
  }
});

test("a tab that joins learns the stream's state at once, and a lost stream reconnects at once", () => {
  const { tab, latest } = newHub();
  tab("a", 5);
  latest().onOpen();
  assert.deepEqual(tab("a", 5).types(), ["open"]);
  latest().onLost(8_000);
  const wakes = latest().wakes;
  assert.deepEqual(tab("a", 5).heard, [{ type: "lost", retryInMs: 8_000 }]);
  assert.equal(latest().wakes, wakes + 1);
});

test("all tabs of a stream learn its state", () => {
  const { tab, latest } = newHub();
  const tabs = [tab("a", 5), tab("b", 7)];
  latest().onOpen();
  latest().onLost(1_000);
  for (const { heard } of tabs) assert.deepEqual(heard.slice(-2), [{ type: "open" }, { type: "lost", retryInMs: 1_000 }]);
});

test("the hub drops a room after its last tab, unless a tab joins soon", () => {
  const { tab, clock, asked, all } = newHub();
  const [ann, bob] = [tab("a", 5), tab("b", 7)];
  bob.say("leave");
  clock.pass(9_000);
  tab("b", 7); // the page reloaded
  clock.pass(9_000);
  assert.equal(all.length, 2);
  ann.say("leave");
  clock.pass(10_000);
  assert.deepEqual(asked(), ["channel=room-b room-b:7"]);
});

test("without tabs no stream is open", () => {
  const { tab, clock, open } = newHub();
  tab("a", 5).say("leave");
  clock.pass(10_000);
  assert.deepEqual(open(), []);
});

test("the hub drops a tab that is silent for five minutes, and a tab that still runs joins again", () => {
  const { tab, clock, asked, latest } = newHub();
  const [silent, lively] = [tab("a", 5), tab("b", 7)];
  for (let minute = 0; minute < 6; minute += 1) {
    clock.pass(MINUTE);
    lively.say("here");
  }
  assert.equal(silent.types().at(-1), "gone");
  assert.deepEqual(asked(), ["channel=room-b room-b:7"]);
  silent.say("here", "room-a:5");
  latest().onMessage("six", "room-b:7,room-a:6");
  assert.deepEqual(silent.events(), [["six", "room-a:6"]]);
  assert.ok(!lively.types().includes("gone"));
});

test("after a machine has slept, tabs that answer get all events", () => {
  const { tab, clock, latest } = newHub();
  const ann = tab("a", 5);
  clock.sleep(8 * 60 * MINUTE);
  clock.pass(MINUTE);
  assert.equal(ann.types().at(-1), "gone");
  ann.say("here", "room-a:5");
  clock.pass(10_000);
  latest().onMessage("six", "room-a:6");
  assert.deepEqual(ann.events(), [["six", "room-a:6"]]);
});

test("a woken tab wakes all streams, and any number of tabs open a stream once when the network is back", () => {
  const { tab, clock, all } = newHub();
  const tabs = [tab("a", 5), tab("a", 5), tab("a", 5)];
  const [{ wakes }] = all;
  tabs[0].say("wake");
  assert.equal(all[0].wakes, wakes + 1);
  clock.pass(5_000);
  tabs.forEach((tab) => tab.say("open"));
  assert.equal(all[0].opened, 2);
});

test("the error of a shared stream stops only the room that it concerns", () => {
  const { tab, asked, all, open } = newHub();
  const [ann, bob] = [tab("a", 5), tab("b", 7)];
  all.at(-1).onError("Not for you");
  assert.deepEqual(asked(), ["channel=room-a room-a:5", "channel=room-b room-b:7"]);
  open()[1].onError("Not for you");
  assert.deepEqual(asked(), ["channel=room-a room-a:5"]);
  assert.deepEqual(bob.heard.at(-1), { type: "stopped", why: "Not for you" });
  assert.ok(!ann.types().includes("stopped"));
  ["wake", "open", "here"].forEach((type) => bob.say(type));
  assert.deepEqual(asked(), ["channel=room-a room-a:5"]);
});

test("a stopped room is tried again when a tab joins it", () => {
  const { tab, asked, latest } = newHub();
  tab("a", 5);
  latest().onError("Not for you");
  assert.deepEqual(asked(), []);
  tab("a", 5);
  assert.deepEqual(asked(), ["channel=room-a room-a:5"]);
});

test("the eleventh room gets a second stream, and the first stream stays open", () => {
  const { tab, all, open } = newHub();
  for (let n = 0; n < 10; n += 1) tab(`${n}`, n);
  const [first] = open();
  tab("10", 10);
  assert.equal(open().length, 2);
  assert.equal(open()[0], first);
  assert.equal(all.length, 11);
});

test("whatever happens, each tab gets all events after it joined, once and in order", () => {
  for (let seed = 1; seed <= 60; seed += 1) liveThrough(seed);
});

// A server with three rooms. Its streams resume from any event id and may break at any time.
function liveThrough(seed) {
  const random = seededRandom(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const { tab, open, clock, all } = newHub();
  const last = { a: 0, b: 0, "c,ü": 0 };
  const tabs = [];

  function pump(stream) {
    stream.sent ??= new Map([...readEventId(stream.lastEventId)]);
    const behind = [...stream.sent].filter(([channel, n]) => n < last[channel.slice(5)]);
    if (behind.length === 0) return false;
    const [channel, n] = pick(behind);
    stream.sent.set(channel, n + 1);
    stream.onMessage(`${channel} ${n + 1}`, writeEventId([...stream.sent].sort()));
    return true;
  }

  const acts = {
    post: () => (last[pick(Object.keys(last))] += 1),
    pump: () => open().length && pump(pick(open())),
    join() {
      const room = pick(Object.keys(last));
      const position = Math.max(0, last[room] - Math.floor(random() * 3));
      tabs.push(Object.assign(tab(room, position, encodeURIComponent(room)), { room, position }));
    },
    leave() {
      const gone = pick(tabs.filter(({ left }) => !left) ?? []);
      if (gone) Object.assign(gone, { left: true }).say("leave");
    },
    pass: () => clock.pass(random() * 20_000),
    here: () => tabs.filter(({ left }) => !left).forEach((tab) => tab.say("here")),
  };
  for (let step = 0; step < 300; step += 1) {
    acts[pick(["post", "post", "pump", "pump", "pump", "join", "leave", "pass", "here"])]();
    acts.here();
    assert.ok(open().length <= 1, "one stream for all");
  }
  for (const stream of open()) while (pump(stream));

  for (const { room, position, left, heard } of tabs) {
    // A tab that was ahead of the stream got a reset. It gets all events after that.
    const resets = heard.filter(({ type }) => type === "reset").map(({ eventId }) => [...readEventId(eventId).values()][0]);
    const from = resets.at(-1) ?? position;
    const numbers = heard.filter(({ message }) => message).map(({ message }) => message);
    const wanted = numbers.map((_, n) => `room-${room} ${from + 1 + n}`);
    assert.deepEqual(numbers, wanted, `seed ${seed}`);
    if (!left) assert.equal(from + numbers.length, last[room], `seed ${seed}: all of it`);
  }
  assert.ok(all.length > 3);
}

test("the hub answers each time that a tab says that it is there", () => {
  const ann = newHub().tab("a", 5);
  ann.say("here");
  assert.equal(ann.answers, 2);
});

test("a room that the server refused stays closed while others join other rooms", () => {
  const { tab, asked, latest } = newHub();
  tab("a", 5);
  latest().onError("Not for you");
  tab("b", 7);
  assert.deepEqual(asked(), ["channel=room-b room-b:7"]);
});

test("a stream that was opened more than a second ago is opened again", () => {
  const { tab, clock, latest } = newHub();
  const ann = tab("a", 5);
  ann.say("open");
  assert.equal(latest().opened, 1);
  clock.pass(1_500);
  ann.say("open");
  assert.equal(latest().opened, 2);
});

test("all tabs of a stream hear the mark of the history", () => {
  const { tab, latest } = newHub();
  const tabs = [tab("a", 5), tab("b", 7)];
  latest().onHistory("new");
  tabs.forEach(({ heard }) => assert.deepEqual(heard.at(-1), { type: "history", mark: "new" }));
});
