import { test } from "node:test";
import assert from "node:assert/strict";
import { settled } from "../fakes.js";
import { openPage } from "./outbox_page.js";

const MINUTE = 60_000;
const paused = () =>
  Promise.reject(
    Object.assign(new Error("paused"), { temporary: true, status: 503, retryAfterMs: 30_000, paused: "back at 12" }),
  );

// A page whose server is paused until goOn().
async function pausedPage() {
  const page = openPage();
  page.server.answer = paused;
  page.say("one", "two");
  await settled();
  page.goOn = () => (page.server.answer = () => undefined);
  return page;
}

test("the page hears the words of a pause", async () => {
  const page = await pausedPage();
  assert.deepEqual(page.words, ["back at 12"]);
});

test("messages wait for the end of a pause of an hour, and arrive in order without a question", async () => {
  const page = await pausedPage();
  for (let minute = 0; minute < 60; minute += 1) {
    page.clock.pass(MINUTE);
    await settled();
  }
  assert.deepEqual(page.problems(), ["", ""]);
  page.goOn();
  page.clock.pass(MINUTE);
  await settled();
  assert.deepEqual(page.server.texts(), ["one", "two"]);
});

test("when the page hears that the chat goes on, it sends at once", async () => {
  const page = await pausedPage();
  page.goOn();
  page.outbox.send();
  await settled();
  assert.deepEqual(page.server.texts(), []); // the server's wish to wait still counts
  page.outbox.goOn();
  await settled();
  assert.deepEqual(page.server.texts(), ["one", "two"]);
});

test("a message that was refused in a pause is not one that may have arrived", async () => {
  const page = await pausedPage();
  assert.deepEqual([...page.pending.values()].map(({ unsure }) => unsure), [false, false]);
});
