"use strict";

globalThis.chat ??= {};

// Divides channels among as few streams as take them, in their order. Returns [{url, channels}].
//
// A stream has at most ten channels, the server's limit. Its URL has under 3 000 bytes with its event id, however far
// that may come: the proxy drops one of 4 090 bytes and more without an answer, and every hop between may have a lower
// limit. The longest name, 64 emoji, makes 2 200 and stays alone.
chat.packStreams = function (path, channels) {
  const MAX_CHANNELS = 10;
  const MAX_URL_BYTES = 3_000;
  const FARTHEST = 10 ** 15 - 1;

  function url(channels) {
    return `${path}?${new URLSearchParams(channels.map((channel) => ["channel", channel]))}`;
  }

  function fit(channels) {
    const lastEventId = chat.writeEventId(channels.map((channel) => [channel, FARTHEST]));
    const length = `${url(channels)}&${new URLSearchParams({ lastEventId })}`.length;
    return channels.length <= MAX_CHANNELS && length < MAX_URL_BYTES;
  }

  const packs = [];
  for (const channel of channels) {
    const pack = packs.find((pack) => fit([...pack, channel]));
    if (pack) pack.push(channel);
    else packs.push([channel]);
  }
  return packs.map((channels) => ({ url: url(channels), channels }));
};
