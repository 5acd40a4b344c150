import { createListeners } from "../lib/listeners.js";
import { readEventId, writeEventId } from "./event_ids.js";
import { createRestingStream } from "./resting_stream.js";
import { createRights, isRefusal } from "./rights.js";

// A tab's side of the stream that all tabs share; stream_hub.js is the other side, in a shared worker. Without a shared
// worker, or when the worker does not answer, the tab opens a stream of its own. When the worker answers later, the tab
// closes its own stream again.
//
// list: the address of the room's list if the server may refuse the room, else null. When a stream does not open, the
// tab or the hub asks for the list. A refused stream stays closed; open(), wake() and tryAgain() then ask for the list
// again.
//
// fetch: see rights.js. ownStream(options) returns an event stream. The tab remembers its own last event id, because
// the hub may forget it.
//
// Listeners:
//   opened()
//   lost(retryInMs)     the next attempt starts in so many milliseconds; null means that it runs now
//   stopped(why)        the server refuses the stream for good
//   message(message)    somebody said it
//   change(message)     somebody edited or deleted it
//   room(news)          something has happened to the room or to many of its messages; see room_news.js
//   reset(goodEventId)  events after goodEventId may be missing
//   history(mark)       the mark of the database's history; see new_history.js
//   refused(status)     the server does not let this browser read the room, 401 or 403; see rights.js
//   allowed()           after refused(): now it does
export function createSharedStream({
  SharedWorker,
  workerUrl,
  url,
  list = null,
  lastEventId,
  fetch,
  ownStream,
  isHidden,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  const ANSWER_MS = 5_000;
  const HERE_MS = 60_000; // a browser lets hidden tabs run once a minute

  const { listen, tell } = createListeners();
  const [path, query] = url.split("?");
  const channel = new URLSearchParams(query).get("channel");
  const rights = createRights({ fetch });
  let refusal = null; // the status
  let port = null;
  let own = null;
  let answerTimer = null;
  let hereTimer = null;

  const receivers = {
    joined() {},
    open: () => tell("opened"),
    lost: ({ retryInMs }) => tell("lost", retryInMs),
    message: receiveEvent,
    change: receiveEvent,
    room({ news, eventId }) {
      lastEventId = eventId;
      tell("room", news);
    },
    reset({ goodEventId, eventId }) {
      lastEventId = eventId;
      tell("reset", goodEventId);
    },
    history: ({ mark }) => tell("history", mark),
    stopped: ({ why }) => tell("stopped", why),
    refused: ({ status }) => refuse(status),
    gone: sayHere,
  };

  function receiveEvent({ type, message, eventId }) {
    lastEventId = eventId;
    tell(type, message);
  }

  function open() {
    if (refusal) check();
    else if (own) own.open();
    else if (port) port.postMessage({ type: "open" });
    else connect();
  }

  function connect() {
    tell("lost", null);
    if (!workerUrl) return fallBack();
    try {
      const worker = new SharedWorker(workerUrl);
      worker.onerror = fallBack;
      port = worker.port;
    } catch {
      fallBack();
      return;
    }
    port.onmessage = ({ data }) => receive(data);
    sayHere();
  }

  function receive(notice) {
    clearTimeout(answerTimer);
    answerTimer = null;
    if (own) goBack();
    receivers[notice.type](notice);
  }

  function sayHere() {
    clearTimeout(hereTimer);
    hereTimer = setTimeout(sayHere, HERE_MS);
    answerTimer ??= setTimeout(fallBack, ANSWER_MS);
    port.postMessage({ type: "here", path, list, channel, eventId: lastEventId });
  }

  function fallBack() {
    if (own) return;
    stopTimers();
    own = createRestingStream({
      stream: ownStream({
        url,
        lastEventId,
        onMessage: (message, eventId) => receiveEvent({ type: "message", message, eventId }),
        onChange: (message, eventId) => receiveEvent({ type: "change", message, eventId }),
        onRoom: (news, eventId) => receivers.room({ news, eventId }),
        onReset: (goodEventId, eventId) => receivers.reset({ goodEventId: readable(goodEventId), eventId }),
        onHistory: (mark) => tell("history", mark),
        onOpen: receivers.open,
        onLost: (retryInMs) => tell("lost", retryInMs),
        onUnopened: check,
        onError: (why) => tell("stopped", why),
      }),
      isHidden,
      setTimeout,
      clearTimeout,
    });
    own.open();
  }

  // The server would refuse an id that it can't read, again and again.
  function readable(eventId) {
    return writeEventId([[channel, readEventId(eventId).get(channel) ?? 0]]);
  }

  // Joins the hub again, from where the tab's own stream was.
  function goBack() {
    own.close();
    own = null;
    port.postMessage({ type: "leave" });
    sayHere();
  }

  function wake() {
    if (refusal) check();
    else if (own) own.wake();
    else if (port) {
      sayHere(); // the worker may have ended while this tab slept
      port.postMessage({ type: "wake" });
    }
  }

  function hide() {
    own?.hide();
  }

  // The person may have signed in.
  function tryAgain() {
    if (refusal) check();
  }

  // Asks the server whether this browser may read the room.
  async function check() {
    const [status] = await rights.ask(list ? [list] : []);
    refuse(status);
    if (status === 200 && refusal) tell("allowed");
  }

  // Call this with the status of any answer to a question for the room's messages.
  function refuse(status) {
    if (!list || !isRefusal(status) || status === refusal) return;
    close();
    refusal = status;
    tell("refused", status);
  }

  function close() {
    stopTimers();
    own?.close();
    port?.postMessage({ type: "leave" });
    port?.close();
    port = null;
  }

  function stopTimers() {
    clearTimeout(answerTimer);
    clearTimeout(hereTimer);
    answerTimer = null;
  }

  return { listen, open, wake, hide, close, check, refuse, tryAgain };
}
