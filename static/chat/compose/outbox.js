import { strings } from "../lib/strings.js";

// Sends messages one after the other, in the order in which they were typed, until the server has each of them once.
//
// An item is {tag, key, text, typedAt, askedAt, problem, unsure, refused, tooFast}. The key is secret and the same in every
// attempt, so the server stores the message once. The tag is public. It identifies the message wherever that comes
// from: the answer, the stream, a list, or the page. `problem` says why an item failed, and is "" while it waits. An
// `unsure` item may have arrived. A `refused` one has not. A `tooFast` one waits because the person has written much.
//
// store: see pending_store.js. post(item): see messages_api.js. show(item) draws an item, again and again. hide(tag)
// removes it. keepKey(message, key) and onSent(message): both called after each successful POST. onPaused(words): called
// when the server says that nobody may write now. Items wait for the end of a pause, however long it takes.
export function createOutbox({
  store,
  post,
  newId,
  show,
  hide,
  keepKey,
  onSent,
  onPaused = () => {},
  backOff,
  now = Date.now,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  const PATIENCE_MS = 10 * 60_000; // we ask before we send an older item, because the conversation has moved on
  const TOGETHER_MS = 60_000; // items typed within this time keep their order
  const TOO_FAST = 429; // RFC 6585
  const LONGEST_REST_MS = 5 * 60_000; // even if the server asks for a longer one

  let items = [];
  let sending = false;
  let askedAgain = false; // somebody called send() during an attempt, which may have begun without a network
  let timer = null;
  let trouble = ""; // the problem of the last failed attempt
  let troubleAt = 0;
  let restsUntil = 0; // the server asked us to wait until then

  // Shows the items that an earlier page left. send() sends them.
  function restore() {
    items = store.load();
    // An item that waits may have been on its way when its page closed.
    items.forEach((item) => (item.unsure = isWaiting(item) || (item.unsure ?? true)));
    items.forEach(show);
  }

  function add(text) {
    const wellFormed = text.replace(/\p{Surrogate}/gu, "\ufffd"); // the server will send it back like this
    const askedAt = now();
    const typedAt = Math.max(askedAt, 1 + (items.at(-1)?.typedAt ?? 0)); // in order, even within a millisecond
    const times = { typedAt, askedAt };
    const item = { tag: newId(), key: newId(), text: wellFormed, ...times, problem: "", unsure: false, refused: false };
    store.put(item); // first of all, because the page may close at any moment
    items.push(item);
    show(item);
    if (!sending) send();
  }

  async function send() {
    if (sending) {
      askedAgain = true;
      return;
    }
    clearTimeout(timer);
    const rest = restsUntil - now();
    if (rest > 0 && rest <= LONGEST_REST_MS) return sendIn(rest); // if it is longer, somebody set the clock back
    sending = true;
    askedAgain = false;
    try {
      let item;
      do item = items.find(isWaiting);
      while (item && (await attempt(item)));
    } finally {
      sending = false;
    }
    if (askedAgain) send();
  }

  function sendIn(delay) {
    timer = setTimeout(send, delay);
  }

  // Promises whether to send the next item at once.
  async function attempt(item) {
    if (store.isGone(item.tag)) {
      remove(item);
      return true;
    }
    if (isOld(item)) return giveUp(item);
    let message;
    try {
      message = await post(item);
    } catch (failure) {
      return failed(item, failure);
    }
    backOff.reset();
    trouble = "";
    keepKey(message, item.key);
    onSent(message);
    remove(item);
    return true;
  }

  function failed(item, { message, temporary, status, retryAfterMs = 0, paused = "" }) {
    if (!temporary) {
      backOff.reset();
      // The stream may have brought the message meanwhile, or another tab may have sent it: then the item is gone.
      if (items.includes(item)) fail(item, message, !item.unsure);
      return true;
    }
    if (paused) hold(paused);
    else item.unsure = true;
    item.tooFast = status === TOO_FAST;
    if (items.includes(item)) show(item);
    trouble = message;
    troubleAt = now();
    restsUntil = now() + Math.min(retryAfterMs, LONGEST_REST_MS);
    sendIn(Math.max(backOff.next(), restsUntil - now()));
    return false;
  }

  // While nobody may write, the conversation does not move on, and no item becomes old.
  function hold(words) {
    items.filter(isWaiting).forEach((item) => {
      item.askedAt = now();
      store.put(item);
    });
    onPaused(words);
  }

  // The pause is over, so the server's wish to wait is out of date.
  function goOn() {
    restsUntil = 0;
    backOff.reset();
    send();
  }

  // Fails all items that were typed together. If only one failed, a later one would be saved before it.
  function giveUp({ askedAt }) {
    const problem = trouble && now() - troubleAt < TOGETHER_MS ? trouble : strings.typedLongAgo;
    const together = items.filter((item) => isWaiting(item) && item.askedAt - askedAt < TOGETHER_MS);
    together.forEach((item) => fail(item, problem));
    return true;
  }

  function fail(item, problem, refused = false) {
    if (store.isGone(item.tag)) return remove(item);
    Object.assign(item, { problem, refused });
    store.put(item);
    show(item);
  }

  // Sends the same key and tag again, because the message may have arrived, or may still arrive from another tab.
  function resend(tag) {
    const item = items.find((item) => item.tag === tag);
    if (!item) return;
    Object.assign(item, { problem: "", refused: false, askedAt: now() });
    store.put(item);
    show(item);
    send();
  }

  // Removes a refused item, so that the person can write it again. keep(text) takes its text.
  function rewrite(tag, keep) {
    const item = items.find((item) => item.tag === tag && item.refused);
    if (!item) return;
    keep(item.text);
    remove(item);
  }

  function discard(tag) {
    items.filter((item) => item.tag === tag).forEach(remove);
  }

  // Returns the item that is on its way or would be next, or null. Its key makes it safe to send it twice.
  function next() {
    const item = items.find(isWaiting);
    return item === undefined || isOld(item) || store.isGone(item.tag) ? null : item;
  }

  // Removes the item whose message has arrived. Only from then on do others know the tag. They may copy it, so the tag
  // does not prove that the message has the item's key.
  function settle(message) {
    items.filter(({ tag, text }) => tag === message.tag && text === message.text).forEach(remove);
  }

  function remove(item) {
    items = items.filter((other) => other !== item);
    store.remove(item.tag);
    hide(item.tag);
  }

  function isWaiting(item) {
    return item.problem === "";
  }

  function isOld(item) {
    return now() - item.askedAt > PATIENCE_MS;
  }

  return { restore, add, send, goOn, next, resend, rewrite, discard, settle, isEmpty: () => items.length === 0 };
}
