"use strict";

// The shared worker in which the browser's stream hub lives.
{
  const { backOff, eventStream, isMessage, readJson, streamHub } = globalThis.chat;

  const hub = streamHub({
    newStream: (options) => eventStream({ EventSource, isMessage, readJson, backOff: backOff(), ...options }),
  });

  globalThis.onconnect = ({ ports: [port] }) => {
    const tab = (said) => port.postMessage(said);
    port.onmessage = ({ data }) => hub.hear(tab, data);
  };
}
