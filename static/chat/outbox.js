"use strict";

globalThis.chat ??= {};

// Sends what was typed, one message after the other in the order typed, until the server has each of them once.
//
// An item is {tag, key, text, typedAt, askedAt, problem, unsure, refused}. The key is secret and the same in every
// attempt, so that the server stores the message once; the tag is public, and by it the message is known again
// wherever it comes from: the answer, the stream, a list, the page itself. `problem` says why an item has failed and
// is "" while it waits. An `unsure` one may have arrived, a `refused` one can't have.
//
// store: see pending_store.js. post(item): see message_list.js. show(item) draws it or draws it anew.
// keepKey(message, key) is told the key of each message that has arrived.
chat.outbox = function ({
  store,
  post,
  user,
  newId,
  words,
  show,
  hide,
  keepKey,
  onSent,
  backOff,
  now = Date.now,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  const PATIENCE_MS = 10 * 60_000; // older ones are not sent without being asked again: the talk has moved on
  const TOGETHER_MS = 60_000; // what was typed within that time is kept in its order
  const LONGEST_REST_MS = 5 * 60_000; // whatever the server asks for

  let items = [];
  let sending = false;
  let askedAgain = false; // while an attempt was on its way, which may have begun when there was no network yet
  let timer = null;
  let trouble = ""; // that the last attempt had, if it was not long ago
  let troubleAt = 0;
  let restsUntil = 0; // as the server has asked for

  // Shows what was left over; send() then sends it.
  function restore() {
    items = store.load();
    // What waited may have been on its way when its page was closed.
    items.forEach((item) => (item.unsure = isWaiting(item) || (item.unsure ?? true)));
    items.forEach(show);
  }

  function add(text) {
    const wellFormed = text.replace(/\p{Surrogate}/gu, "\ufffd"); // as it will come back from the server
    const askedAt = now();
    const typedAt = Math.max(askedAt, 1 + (items.at(-1)?.typedAt ?? 0)); // in order, even within a millisecond
    const times = { typedAt, askedAt };
    const item = { tag: newId(), key: newId(), text: wellFormed, ...times, problem: "", unsure: false, refused: false };
    store.put(item); // before anything else: the page may be closed right now
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
    if (rest > 0 && rest <= LONGEST_REST_MS) return sendIn(rest); // a longer one: the clock was put back
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

  // Promises whether to go on with the next one at once.
  async function attempt(item) {
    if (store.isGone(item.tag)) {
      take(item);
      return true;
    }
    if (isOld(item)) return giveUp(item);
    let message;
    try {
      message = await post(item);
    } catch (failure) {
      return tooBad(item, failure);
    }
    backOff.reset();
    trouble = "";
    keepKey(message, item.key);
    onSent(message);
    take(item);
    return true;
  }

  function tooBad(item, { message, temporary, retryAfterMs = 0 }) {
    if (!temporary) {
      backOff.reset();
      // It may be done with already: the stream has brought it, or another tab was faster.
      if (items.includes(item)) fail(item, message, !item.unsure);
      return true;
    }
    item.unsure = true;
    trouble = message;
    troubleAt = now();
    restsUntil = now() + Math.min(retryAfterMs, LONGEST_REST_MS);
    sendIn(Math.max(backOff.next(), restsUntil - now()));
    return false;
  }

  // Gives up what was typed together with it too: sent alone, it would overtake.
  function giveUp({ askedAt }) {
    const problem = trouble && now() - troubleAt < TOGETHER_MS ? trouble : words.typedLongAgo;
    const together = items.filter((item) => isWaiting(item) && item.askedAt - askedAt < TOGETHER_MS);
    together.forEach((item) => fail(item, problem));
    return true;
  }

  function fail(item, problem, refused = false) {
    if (store.isGone(item.tag)) return take(item);
    Object.assign(item, { problem, refused });
    store.put(item);
    show(item);
  }

  // With the same key and tag: the message may have arrived, or yet arrive from another tab.
  function resend(tag) {
    const item = items.find((item) => item.tag === tag);
    if (!item) return;
    Object.assign(item, { problem: "", refused: false, askedAt: now() });
    store.put(item);
    show(item);
    send();
  }

  // Takes a refused item out for being written anew: keep(text) has its text from then on.
  function rewrite(tag, keep) {
    const item = items.find((item) => item.tag === tag && item.refused);
    if (!item) return;
    keep(item.text);
    take(item);
  }

  function discard(tag) {
    items.filter((item) => item.tag === tag).forEach(take);
  }

  // Returns the item that is on its way or would be next, or null. Its key makes it safe to be sent twice.
  function next() {
    const item = items.find(isWaiting);
    return item === undefined || isOld(item) || store.isGone(item.tag) ? null : item;
  }

  // Takes out the item that this message is.
  function settle(message) {
    if (message.from !== user) return;
    const arrived = items.filter(({ tag, text }) => tag === message.tag && text === message.text);
    arrived.forEach((item) => {
      keepKey(message, item.key);
      take(item);
    });
  }

  function take(item) {
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

  return { restore, add, send, next, resend, rewrite, discard, settle };
};
