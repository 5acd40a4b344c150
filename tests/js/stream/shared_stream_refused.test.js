import { test } from "node:test";
import assert from "node:assert/strict";
import { fakeClock, settled } from "../fakes.js";
import { createSharedStream } from "../../../static/chat/stream/shared_stream.js";

// A tab with an open stream, in a shared worker or of its own. `status` is the server's answer to the question for the
// room's list; null is a network that fails.
function openTab({ list = "/rooms/den/messages/", isShared = false } = {}) {
  const clock = fakeClock();
  const tab = { asked: 0, heard: [], said: [], status: 200, own: [] };
  class SharedWorker {
    port = { postMessage: ({ type }) => tab.said.push(type), close: () => tab.said.push("closed") };
    constructor() {
      tab.port = this.port;
    }
  }
  tab.stream = createSharedStream({
    SharedWorker,
    workerUrl: isShared ? "/worker.js" : "",
    url: "/events/?channel=room-den",
    list,
    lastEventId: "room-den:5",
    async fetch() {
      tab.asked += 1;
      if (tab.status === null) throw new TypeError("Failed to fetch");
      return { status: tab.status };
    },
    ownStream(options) {
      const stream = { ...options, isOpen: false };
      stream.open = () => (stream.isOpen = true);
      stream.close = () => (stream.isOpen = false);
      stream.wake = stream.open;
      tab.own.push(stream);
      return stream;
    },
    isHidden: () => false,
    ...clock,
  });
  tab.stream.listen({
    refused: (status) => tab.heard.push(`refused ${status}`),
    allowed: () => tab.heard.push("allowed"),
  });
  tab.stream.open();
  tab.answer = (status) => ((tab.status = status), settled());
  tab.fails = async (status) => {
    tab.status = status;
    tab.own[0].onUnopened();
    await settled();
  };
  return tab;
}

for (const status of [401, 403]) {
  test(`a tab's own stream that does not open and whose list is a ${status} is refused, and stays closed`, async () => {
    const tab = openTab();
    await tab.fails(status);
    assert.deepEqual([tab.heard, tab.own[0].isOpen], [[`refused ${status}`], false]);
  });
}

test("a stream that does not open and whose list can be read, or that nobody can ask, goes on", async () => {
  const tab = openTab();
  for (const status of [200, null, 404, 429, 500, 503]) await tab.fails(status);
  assert.deepEqual([tab.heard, tab.own[0].isOpen, tab.asked], [[], true, 6]);
});

test("an open site asks nothing, whatever happens", async () => {
  const tab = openTab({ list: null });
  await tab.fails(403);
  tab.stream.refuse(403);
  tab.stream.check();
  tab.stream.tryAgain();
  await settled();
  assert.deepEqual([tab.heard, tab.own[0].isOpen, tab.asked], [[], true, 0]);
});

test("a stream that opens asks nothing, and a look at the page neither", async () => {
  const tab = openTab();
  tab.stream.tryAgain();
  tab.stream.wake();
  tab.stream.open();
  await settled();
  assert.equal(tab.asked, 0);
});

test("a refused tab asks once each time the person comes back, and says when the server allows it", async () => {
  const tab = openTab();
  await tab.fails(401);
  for (const comeBack of ["open", "wake", "tryAgain"]) {
    tab.stream[comeBack]();
    tab.stream[comeBack](); // browsers tell of a return several times
    await settled();
  }
  assert.deepEqual([tab.asked, tab.heard, tab.own[0].isOpen], [4, ["refused 401"], false]);
  tab.status = 403;
  tab.stream.wake();
  await settled();
  tab.status = null;
  tab.stream.wake();
  await settled();
  tab.status = 200;
  tab.stream.wake();
  await settled();
  assert.deepEqual([tab.heard, tab.own[0].isOpen], [["refused 401", "refused 403", "allowed"], false]);
});

test("a list that the server refused stops the stream too, and any other answer does not", () => {
  const tab = openTab();
  [200, 0, 429, 503, undefined].forEach(tab.stream.refuse);
  assert.equal(tab.own[0].isOpen, true);
  tab.stream.refuse(403);
  tab.stream.refuse(403);
  assert.deepEqual([tab.heard, tab.own[0].isOpen], [["refused 403"], false]);
});

test("a tab whose room the worker says is refused leaves the worker", async () => {
  const tab = openTab({ isShared: true });
  tab.port.onmessage({ data: { type: "joined" } });
  tab.port.onmessage({ data: { type: "refused", status: 403 } });
  assert.deepEqual([tab.heard, tab.said], [["refused 403"], ["here", "leave", "closed"]]);
  tab.stream.wake();
  tab.stream.open();
  await settled();
  assert.deepEqual(tab.heard.at(-1), "allowed");
  assert.deepEqual(tab.own, []);
});

test("a tab tells the worker its list, so that the worker can ask", () => {
  const said = [];
  class SharedWorker {
    port = { postMessage: (command) => said.push(command), close() {} };
  }
  const options = { SharedWorker, workerUrl: "/w.js", url: "/events/?channel=room-den", lastEventId: "room-den:5" };
  createSharedStream({ ...options, list: "/rooms/den/messages/", ...fakeClock() }).open();
  assert.equal(said[0].list, "/rooms/den/messages/");
});
