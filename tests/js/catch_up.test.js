"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
const { deferred, fakeClock, settled } = require("./fakes.js");
require("../../static/chat/catch_up.js");
require("../../static/chat/message_log.js");

function catchUpWith(latest) {
  const added = [];
  const clock = fakeClock();
  const catchUp = chat.catchUp({ latest, add: ({ id }) => added.push(id), random: () => 0, ...clock });
  return { catchUp, added, clock };
}

test("the newest messages are added oldest first", async () => {
  const { catchUp, added } = catchUpWith(async () => [{ id: 3 }, { id: 2 }, { id: 1 }]);
  await catchUp.start();
  assert.deepEqual(added, [1, 2, 3]);
});

test("the list merges with what the page shows and the stream brings meanwhile", async () => {
  const shown = [];
  const insert = ({ id }, nextId) => shown.splice(nextId === null ? shown.length : shown.indexOf(nextId), 0, id);
  const log = chat.messageLog({ shownIds: [], insert });
  const list = deferred();
  const catchUp = chat.catchUp({ latest: () => list.promise, add: log.add });
  log.add({ id: 1 });
  catchUp.start();
  log.add({ id: 5 });
  list.resolve([4, 3, 2, 1].map((id) => ({ id })));
  await settled();
  assert.deepEqual(shown, [1, 2, 3, 4, 5]);
});

test("a list that can't be fetched is fetched again later", async () => {
  let tries = 0;
  const { catchUp, added, clock } = catchUpWith(async () => {
    tries += 1;
    if (tries < 3) throw new Error("down");
    return [{ id: 1 }];
  });
  await catchUp.start();
  for (const expected of [2, 3, 3]) {
    clock.pass(3_000);
    await settled();
    assert.equal(tries, expected);
  }
  assert.deepEqual(added, [1]);
});

test("two resets at once fetch one list", async () => {
  let tries = 0;
  const { catchUp } = catchUpWith(async () => ((tries += 1), []));
  await Promise.all([catchUp.start(), catchUp.start()]);
  assert.equal(tries, 1);
});
