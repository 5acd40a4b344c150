import { test } from "node:test";
import assert from "node:assert/strict";
import { deferred } from "../fakes.js";
import { createRights } from "../../../static/chat/stream/rights.js";

// A server that gives each list its status; null is a network that fails. `asked` are the requests.
function serverWith(statuses) {
  const asked = [];
  async function fetch(url, { method, cache }) {
    asked.push(`${method} ${url} ${cache}`);
    if (statuses[url] === null) throw new TypeError("Failed to fetch");
    return { status: statuses[url] };
  }
  return { asked, ask: (...urls) => createRights({ fetch }).ask(urls) };
}

test("each room's list is asked for without its messages, and not from the browser's cache", async () => {
  const { ask, asked } = serverWith({ "/a/": 200, "/b/": 403, "/c/": 401 });
  assert.deepEqual(await ask("/a/", "/b/", "/c/"), [200, 403, 401]);
  assert.deepEqual(asked, ["HEAD /a/ no-store", "HEAD /b/ no-store", "HEAD /c/ no-store"]);
});

test("a server or a network with trouble says nothing about rights, and is not asked on", async () => {
  for (const trouble of [null, 0, 404, 429, 500, 502, 503]) {
    const { ask, asked } = serverWith({ "/a/": 403, "/b/": trouble, "/c/": 403 });
    assert.deepEqual(await ask("/a/", "/b/", "/c/"), [403]);
    assert.equal(asked.length, 2);
  }
});

test("one question is on its way at a time", async () => {
  const answers = [];
  const rights = createRights({ fetch: () => answers.push(deferred()) && answers.at(-1).promise });
  const first = rights.ask(["/a/"]);
  assert.deepEqual(await rights.ask(["/a/"]), []);
  answers[0].resolve({ status: 403 });
  assert.deepEqual(await first, [403]);
  const second = rights.ask(["/a/"]);
  answers[1].reject(new TypeError("Failed to fetch"));
  assert.deepEqual(await second, []);
  rights.ask(["/a/"]);
  assert.equal(answers.length, 3);
});

test("without a list nothing is asked", async () => {
  const { ask, asked } = serverWith({});
  assert.deepEqual(await ask(), []);
  assert.deepEqual(asked, []);
});
