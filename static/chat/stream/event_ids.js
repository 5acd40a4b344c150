// A stream's event id names the last event of each of its channels: "room-a:5,room-b%2Cc:7". Each event moves exactly
// one channel, except stream-open and stream-reset.

// Returns a Map from channels to numbers. It skips every part that it can't read.
export function readEventId(text) {
  const positions = new Map();
  for (const [, name, number] of text.matchAll(/([^,:]+):([0-9]{1,15})(?=,|$)/g)) {
    try {
      positions.set(decodeURIComponent(name), Number(number));
    } catch {
      // a percent sign without two hexadecimal digits
    }
  }
  return positions;
}

// Takes [channel, number] pairs.
export function writeEventId(positions) {
  return [...positions].map(([channel, number]) => `${encodeURIComponent(channel)}:${number}`).join(",");
}
