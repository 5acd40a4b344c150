// The shared worker in which the browser's stream hub lives: a module, so that it can import the page's own files.
import "./back_off.js";
import "./event_ids.js";
import "./event_stream.js";
import "./stream_hub.js";
import "./stream_packing.js";
import "./wire_message.js";

const { backOff, eventStream, isMessage, readJson, streamHub } = globalThis.chat;

const hub = streamHub({
  newStream: (options) => eventStream({ EventSource, isMessage, readJson, backOff: backOff(), ...options }),
});

globalThis.onconnect = ({ ports: [port] }) => {
  const tab = (said) => port.postMessage(said);
  port.onmessage = ({ data }) => hub.hear(tab, data);
};
