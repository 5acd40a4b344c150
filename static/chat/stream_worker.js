import { createBackOff } from "./lib/back_off.js";
import { createEventStream } from "./stream/event_stream.js";
import { createStreamHub } from "./stream/stream_hub.js";

// The shared worker in which the browser's stream hub runs.

const hub = createStreamHub({
  fetch,
  newStream: (options) => createEventStream({ EventSource, backOff: createBackOff(), ...options }),
});

globalThis.onconnect = ({ ports: [port] }) => {
  const tab = (notice) => port.postMessage(notice);
  port.onmessage = ({ data }) => hub.receive(tab, data);
};
