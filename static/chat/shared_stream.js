"use strict";

globalThis.chat ??= {};

// A tab's part in the stream that all tabs share, see stream_hub.js. Where there are no shared workers, or this one
// does not answer, the tab has a stream of its own; if an answer comes after all, it gives that up again.
//
// ownStream(options) returns an event stream. The tab itself keeps its last event id: the hub may forget it.
chat.sharedStream = function ({
  SharedWorker,
  workerUrl,
  url,
  lastEventId,
  ownStream,
  isHidden,
  onMessage,
  onChange,
  onReset,
  onOpen,
  onLost,
  onError,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  const ANSWER_MS = 5_000;
  const HERE_MS = 60_000; // hidden tabs are let run once a minute

  const [path, query] = url.split("?");
  const channel = new URLSearchParams(query).get("channel");
  let port = null;
  let own = null;
  let answerTimer = null;
  let hereTimer = null;

  const hears = {
    joined() {},
    open: () => onOpen(),
    lost: ({ retryInMs }) => onLost(retryInMs),
    message: moved(onMessage),
    change: moved(onChange),
    reset({ goodEventId, eventId }) {
      lastEventId = eventId;
      onReset(goodEventId);
    },
    stopped: ({ why }) => onError(why),
    gone: here,
  };

  function moved(receiver) {
    return ({ message, eventId }) => {
      lastEventId = eventId;
      receiver(message);
    };
  }

  function open() {
    if (own) own.open();
    else if (port) port.postMessage({ word: "open" });
    else connect();
  }

  function connect() {
    onLost(null);
    if (!workerUrl) return fallBack();
    try {
      const worker = new SharedWorker(workerUrl);
      worker.onerror = fallBack;
      port = worker.port;
    } catch {
      fallBack();
      return;
    }
    port.onmessage = ({ data }) => hear(data);
    here();
  }

  function hear(said) {
    clearTimeout(answerTimer);
    answerTimer = null;
    if (own) goBack();
    hears[said.word](said);
  }

  function here() {
    clearTimeout(hereTimer);
    hereTimer = setTimeout(here, HERE_MS);
    answerTimer ??= setTimeout(fallBack, ANSWER_MS);
    port.postMessage({ word: "here", path, channel, eventId: lastEventId });
  }

  function fallBack() {
    if (own) return;
    stopTimers();
    own = chat.restingStream({
      stream: ownStream({
        url,
        lastEventId,
        onMessage: (message, eventId) => hears.message({ message, eventId }),
        onChange: (message, eventId) => hears.change({ message, eventId }),
        onReset: (goodEventId, eventId) => hears.reset({ goodEventId: known(goodEventId), eventId }),
        onOpen,
        onLost,
        onError,
      }),
      isHidden,
      setTimeout,
      clearTimeout,
    });
    own.open();
  }

  // An id that the server can't read would be refused for ever.
  function known(eventId) {
    return chat.writeEventId([[channel, chat.readEventId(eventId).get(channel) ?? 0]]);
  }

  // Joins anew: what came meanwhile came by the own stream.
  function goBack() {
    own.close();
    own = null;
    port.postMessage({ word: "leave" });
    here();
  }

  function wake() {
    if (own) own.wake();
    else if (port) {
      here(); // it may have gone while this tab slept
      port.postMessage({ word: "wake" });
    }
  }

  function hide() {
    own?.hide();
  }

  function close() {
    stopTimers();
    own?.close();
    port?.postMessage({ word: "leave" });
    port?.close();
    port = null;
  }

  function stopTimers() {
    clearTimeout(answerTimer);
    clearTimeout(hereTimer);
    answerTimer = null;
  }

  return { open, wake, hide, close };
};
