import { test } from "node:test";
import assert from "node:assert/strict";
import { createListeners } from "../../../static/chat/lib/listeners.js";
import { createRefusals } from "../../../static/chat/status/refusals.js";

// A page with a notice for each status, and a stream that the test refuses.
function newPage() {
  const { listen, tell } = createListeners();
  const page = { refused: [], checks: 0, tell };
  const notices = ["401", "403"].map((status) => ({ hidden: true, dataset: { status } }));
  const stream = { listen, refuse: (status) => page.refused.push(status), check: () => (page.checks += 1) };
  const { answered } = createRefusals({ notices, stream });
  const shown = () => notices.filter(({ hidden }) => !hidden).map(({ dataset }) => dataset.status);
  return Object.assign(page, { answered, shown });
}

test("a refused room has one notice, and another when the reason changes", () => {
  const page = newPage();
  page.tell("refused", 401);
  assert.deepEqual(page.shown(), ["401"]);
  page.tell("refused", 403);
  assert.deepEqual(page.shown(), ["403"]);
});

test("a person who writes and is signed out learns it at once, until the server takes a message", () => {
  const page = newPage();
  page.answered(401, "POST");
  assert.deepEqual([page.shown(), page.checks, page.refused], [["401"], 1, []]);
  page.answered(200, "POST");
  assert.deepEqual([page.shown(), page.checks], [[], 1]);
});

test("a person who may not write here has the reason at the message, and no notice", () => {
  const page = newPage();
  [403, 400, 503, 0].forEach((status) => page.answered(status, "PATCH"));
  assert.deepEqual([page.shown(), page.checks, page.refused], [[], 0, []]);
});

test("what a list answers goes to the stream, which knows what is a refusal", () => {
  const page = newPage();
  page.answered(403, "GET");
  page.answered(200, "GET");
  assert.deepEqual([page.shown(), page.checks, page.refused], [[], 0, [403, 200]]);
});

test("the notice of a refused room stays, whatever becomes of unsent messages", () => {
  const page = newPage();
  page.tell("refused", 403);
  [401, 200, 503].forEach((status) => page.answered(status, "POST"));
  assert.deepEqual(page.shown(), ["403"]);
});
