"use strict";

globalThis.chat ??= {};

// A stream's event id names the last event of each of its channels: "room-a:5,room-b%2Cc:7". Live, on resuming and
// after a reset, every event but stream-open and stream-reset moves exactly one of them.

// Returns {channel: number} as a Map; what can't be read is left out.
chat.readEventId = function (text) {
  const positions = new Map();
  for (const [, name, number] of text.matchAll(/([^,:]+):([0-9]{1,15})(?=,|$)/g)) {
    try {
      positions.set(decodeURIComponent(name), Number(number));
    } catch {
      // a percent sign that stands for nothing
    }
  }
  return positions;
};

// Takes [channel, number] pairs.
chat.writeEventId = function (positions) {
  return [...positions].map(([channel, number]) => `${encodeURIComponent(channel)}:${number}`).join(",");
};
