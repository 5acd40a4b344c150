import { test } from "node:test";
import assert from "node:assert/strict";
import { writeEventId } from "../../../static/chat/stream/event_ids.js";
import { packStreams } from "../../../static/chat/stream/stream_packing.js";

const rooms = (number, name = "") => Array.from({ length: number }, (_, n) => `room-${name}${n}`);
const channelsOf = (packs) => packs.map(({ channels }) => channels);
const pack = (channels) => packStreams("/events/", channels);

test("channels share one stream, in their order", () => {
  assert.deepEqual(pack(["room-b", "room-a,c"]), [
    { url: "/events/?channel=room-b&channel=room-a%2Cc", channels: ["room-b", "room-a,c"] },
  ]);
});

test("ten channels fit into one stream, and the eleventh needs another", () => {
  assert.deepEqual(channelsOf(pack(rooms(11))), [rooms(11).slice(0, 10), ["room-10"]]);
});

test("a room name of 64 emoji has its own stream, and short names share another", () => {
  const [long, longer] = [`room-${"🦀".repeat(64)}`, `room-${"🦞".repeat(64)}`];
  assert.deepEqual(channelsOf(pack([long, "room-a", longer, "room-b"])), [[long, "room-a", "room-b"], [longer]]);
});

test("every URL is shorter than 3000 bytes with its event id, and each channel is in exactly one stream", () => {
  for (const name of ["a", "ü", "🦀", "%", "日本"]) {
    for (const length of [1, 5, 20, 40, 60]) {
      const channels = rooms(30, name.repeat(length)).filter((channel) => [...channel].length <= 69);
      const packs = pack(channels);
      assert.deepEqual(channelsOf(packs).flat().sort(), [...channels].sort());
      for (const { url, channels } of packs) {
        const lastEventId = writeEventId(channels.map((channel) => [channel, 123_456_789_012_345]));
        assert.ok(`${url}&${new URLSearchParams({ lastEventId })}`.length < 3_000, `${name} ${length}`);
      }
    }
  }
});
