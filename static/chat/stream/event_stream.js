import { readJson } from "../lib/json.js";
import { isMessage } from "../lib/message_schema.js";
import { readRoomNews } from "./room_news.js";

// Holds a room's event stream open, from the page's last event id on.
//
// It does not let the EventSource reconnect by itself. An EventSource gives up for good after a 502, retries at the
// same pace however often it fails, and resumes from its last *message*. Here each attempt is a new EventSource with the
// last event id in its URL, and its first error ends it.
//
// It listens to events by their names. onmessage would handle every "message" a second time.
//
// onMessage(message, eventId): somebody said it. onChange(message, eventId): it was edited or deleted.
// onRoom(news, eventId): something has happened to the room or to many of its messages; see room_news.js.
// onRecheck(eventId): the server has asked who may read on. There is nothing to show, but the event has a number.
// onReset(goodEventId, eventId, data): events after goodEventId may be missing; the stream continues after eventId.
// onHistory(mark): the mark of the database's history. It comes when the stream opens, and with a reset.
// onLost(ms): the next attempt starts in ms; null means that it runs now.
// onUnopened(): the server has answered with something else than a stream, or has not answered. The attempts go on.
export function createEventStream({
  EventSource,
  url,
  lastEventId,
  onMessage,
  onChange,
  onRoom,
  onRecheck = () => {},
  onReset,
  onHistory = () => {},
  onOpen,
  onLost,
  onUnopened = () => {},
  onError,
  backOff,
  now = Date.now,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  const OPENED_MS = 15_000; // a proxy that is just starting may lose the request and never answer
  const SILENCE_MS = 50_000; // two keep-alives of 20 s are missing, so the connection is dead
  const DOUBT_MS = 25_000; // one keep-alive is missing: enough to reconnect when somebody looks at the page
  const HEALTHY_MS = 15_000; // the first keep-alive, after 20 s, proves that the stream works
  const CHECK_MS = 5_000; // timers stop while the machine sleeps, but the clock goes on

  let source = null;
  let timer = null;
  let heardAt = 0;
  let openSince = null;
  let stopped = false;

  function open() {
    if (stopped) return;
    close();
    onLost(null);
    heardAt = now();
    source = new EventSource(`${url}&${new URLSearchParams({ lastEventId })}`);
    source.onerror = failed;
    listen("keep-alive", () => {});
    listen("stream-open", opened);
    listen("message", pass(onMessage));
    listen("message-edited", pass(onChange));
    listen("message-deleted", pass(onChange));
    listen("messages-deleted", passNews);
    listen("room-changed", passNews);
    listen("recheck", () => onRecheck(lastEventId));
    listen("stream-reset", reset);
    source.addEventListener("stream-error", refused); // its id is "error", and no stream can resume from that
    watch();
  }

  function listen(name, action) {
    source.addEventListener(name, (event) => {
      heardAt = now();
      const goodEventId = lastEventId;
      lastEventId = event.lastEventId || lastEventId;
      // Not at once after it opens: a server that fails again and again needs the pauses.
      if (openSince !== null && heardAt - openSince >= HEALTHY_MS) backOff.reset();
      action(event, goodEventId);
    });
  }

  function opened({ data }) {
    openSince = now();
    passHistory(readJson(data));
    onOpen();
  }

  function reset({ data }, goodEventId) {
    const read = readJson(data);
    passHistory(read);
    onReset(goodEventId, lastEventId, read);
  }

  function passHistory(data) {
    if (typeof data?.history === "string") onHistory(data.history);
  }

  function pass(receiver) {
    return ({ data }) => {
      const message = readJson(data);
      if (isMessage(message)) receiver(message, lastEventId);
    };
  }

  function passNews({ data }) {
    const news = readRoomNews(readJson(data));
    if (news !== null) onRoom(news, lastEventId);
  }

  function refused({ data }) {
    stopped = true;
    close();
    const why = readJson(data)?.text;
    onError(typeof why === "string" ? why : "");
  }

  function watch() {
    timer = setTimeout(() => (isDead() ? lost() : watch()), CHECK_MS);
  }

  function isDead() {
    return quietFor() >= (openSince === null ? OPENED_MS : SILENCE_MS);
  }

  function quietFor() {
    return Math.abs(now() - heardAt); // somebody may have set the clock back
  }

  function failed() {
    const isUnopened = openSince === null;
    lost();
    if (isUnopened) onUnopened();
  }

  function lost() {
    close();
    const delay = backOff.next();
    timer = setTimeout(open, delay);
    onLost(delay);
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
    openSince = null;
  }

  // Call this when somebody looks at the page again. It reconnects at once if the stream is lost or was quiet for long.
  function wake() {
    if (source === null || quietFor() > DOUBT_MS) open();
  }

  return { open, wake, close };
}
