import { test } from "node:test";
import assert from "node:assert/strict";
import { createPageToken } from "../../../static/chat/lib/page_token.js";

const STREAM = "/events/?channel=room-den";

function requests(query) {
  const sent = [];
  const fetch = async (...request) => sent.push(request);
  const sendBeacon = (...request) => sent.push(["beacon", ...request]);
  return { sent, ...createPageToken({ query, fetch, sendBeacon }) };
}

test("the token goes along as a header, and to the stream in its address", async () => {
  const { sent, headers, toStream, fetch } = requests("?user=ann&token=a.b%2Bc&theme=dark");
  assert.deepEqual(headers, { Authorization: "Bearer a.b+c" });
  assert.equal(toStream(STREAM), `${STREAM}&token=a.b%2Bc`);
  await fetch("/rooms/den/messages/", { method: "HEAD" });
  assert.deepEqual(sent, [["/rooms/den/messages/", { method: "HEAD", headers }]]);
});

test("what the page sends when it closes has the token too", () => {
  const { sent, headers, sendBeacon } = requests("?token=abc");
  sendBeacon("/rooms/den/messages/", "text=hi");
  assert.deepEqual(sent, [["/rooms/den/messages/", { method: "POST", body: "text=hi", headers, keepalive: true }]]);
});

test("a request that the closing page can not send any more is no error", async () => {
  const fetch = () => Promise.reject(new TypeError("no network"));
  createPageToken({ query: "?token=abc", fetch }).sendBeacon("/", "");
  await new Promise(setImmediate); // Node fails the test if nobody handles the rejection
});

test("a page with a token shares no stream with other pages", () => {
  assert.equal(requests("?token=abc").toWorker("/worker.js"), null);
});

test("without a token nothing changes", () => {
  const { sent, headers, toStream, toWorker, sendBeacon } = requests("?user=ann");
  assert.equal(toWorker("/worker.js"), "/worker.js");
  assert.deepEqual(headers, {});
  assert.equal(toStream(STREAM), STREAM);
  sendBeacon("/rooms/den/messages/", "text=hi");
  assert.deepEqual(sent, [["beacon", "/rooms/den/messages/", "text=hi"]]);
});
