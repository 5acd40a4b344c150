import { writeEventId } from "./event_ids.js";

// Divides channels among as few streams as possible, in their order. Returns [{url, channels}].
//
// A stream has at most ten channels; that is the server's limit. Its URL stays below 3 000 bytes, including the largest
// possible event id. The proxy drops a URL of 4 090 bytes or more without an answer, and machines on the way may have a
// lower limit. The longest room name, 64 emoji, makes a URL of 2 200 bytes and gets a stream of its own.
export function packStreams(path, channels) {
  const MAX_CHANNELS = 10;
  const MAX_URL_BYTES = 3_000;
  const LARGEST_NUMBER = 10 ** 15 - 1;

  function url(channels) {
    return `${path}?${new URLSearchParams(channels.map((channel) => ["channel", channel]))}`;
  }

  function fit(channels) {
    const lastEventId = writeEventId(channels.map((channel) => [channel, LARGEST_NUMBER]));
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
}
