"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/event_ids.js");
require("../../static/chat/stream_packing.js");

const rooms = (number, name = "") => Array.from({ length: number }, (_, n) => `room-${name}${n}`);
const channelsOf = (packs) => packs.map(({ channels }) => channels);
const pack = (channels) => chat.packStreams("/events/", channels);

test("channels share one stream, in the order given", () => {
  assert.deepEqual(pack(["room-b", "room-a,c"]), [
    { url: "/events/?channel=room-b&channel=room-a%2Cc", channels: ["room-b", "room-a,c"] },
  ]);
});

test("ten fit into one stream, the eleventh begins another", () => {
  assert.deepEqual(channelsOf(pack(rooms(11))), [rooms(11).slice(0, 10), ["room-10"]]);
});

test("a room of 64 emoji has a stream of its own, and the short ones share another", () => {
  const [long, longer] = [`room-${"🦀".repeat(64)}`, `room-${"🦞".repeat(64)}`];
  assert.deepEqual(channelsOf(pack([long, "room-a", longer, "room-b"])), [[long, "room-a", "room-b"], [longer]]);
});

test("no URL has 3000 bytes with its event id, and no channel is left out or doubled", () => {
  for (const name of ["a", "ü", "🦀", "%", "日本"]) {
    for (const length of [1, 5, 20, 40, 60]) {
      const channels = rooms(30, name.repeat(length)).filter((channel) => [...channel].length <= 69);
      const packs = pack(channels);
      assert.deepEqual(channelsOf(packs).flat().sort(), [...channels].sort());
      for (const { url, channels } of packs) {
        const lastEventId = chat.writeEventId(channels.map((channel) => [channel, 123_456_789_012_345]));
        assert.ok(`${url}&${new URLSearchParams({ lastEventId })}`.length < 3_000, `${name} ${length}`);
      }
    }
  }
});
