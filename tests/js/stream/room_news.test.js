import { test } from "node:test";
import assert from "node:assert/strict";
import { readRoomNews } from "../../../static/chat/stream/room_news.js";

test("each kind of news is read, without what else the event says", () => {
  assert.deepEqual(readRoomNews({ room: "lobby", cleared: 6 }), { cleared: 6 });
  const state = { locked: false, slow: 30 };
  assert.deepEqual(readRoomNews({ room: "lobby", cleared: 6, ...state }), { cleared: 6, ...state });
  assert.deepEqual(readRoomNews({ ids: [1, 2], deleted: "then", change: 7 }), { ids: [1, 2], deleted: "then", change: 7 });
  assert.deepEqual(readRoomNews({ room: "lobby", locked: true, slow: 0 }), { locked: true, slow: 0 });
});

test("what makes no sense is no news", () => {
  const nonsense = [
    null,
    undefined,
    {},
    { cleared: "6" },
    { cleared: -1 },
    { ids: 1, deleted: "then", change: 7 },
    { ids: ["1"], deleted: "then", change: 7 },
    { ids: [1], deleted: 5, change: 7 },
    { ids: [1], deleted: "then" },
    { locked: 1, slow: 0 },
    { locked: true },
    { locked: true, slow: 1.5 },
  ];
  for (const data of nonsense) assert.equal(readRoomNews(data), null);
});

test("the words of a pause belong to the room's state", () => {
  const state = { locked: false, slow: 0 };
  assert.deepEqual(readRoomNews({ ...state, paused: "back at 12" }), { ...state, paused: "back at 12" });
  assert.deepEqual(readRoomNews({ ...state, paused: null }), { ...state, paused: "" });
  assert.deepEqual(readRoomNews({ ...state, paused: 5 }), state);
});
