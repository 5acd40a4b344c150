"use strict";

globalThis.chat ??= {};

// Sends what was typed, one message after the other in the order typed, until the server has each of them once.
//
// An item is {tag, key, text, typedAt, askedAt, problem, keyTaken}. The key is secret and the same in every attempt,
// so that the server stores the message once; the tag is public, and by it the message is known again wherever it
// comes from: the answer, the stream, a list, the page itself. `problem` says why an item has failed and is "" while
// it waits.
//
// store: see pending_store.js. post(item): see message_list.js. show(item) draws it or draws it anew.
chat.outbox = function ({
  store,
  post,
  user,
  newId,
  words,
  show,
  hide,
  onSent,
  backOff,
  now = Date.now,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  const PATIENCE_MS = 10 * 60_000; // older ones are not sent without being asked again: the talk has moved on
  const TOGETHER_MS = 60_000; // what was typed within that time is kept in its order
  const CONFLICT = 409; // the key belongs to another message

  let items = [];
  let sending = false;
  let timer = null;
  let trouble = ""; // that the last attempt had, if it was not long ago
  let troubleAt = 0;

  // Shows what was left over; send() then sends it.
  function restore() {
    items = store.load();
    items.forEach(show);
  }

  function add(text) {
    const wellFormed = text.replace(/\p{Surrogate}/gu, "\ufffd"); // as it will come back from the server
    const askedAt = now();
    const typedAt = Math.max(askedAt, 1 + (items.at(-1)?.typedAt ?? 0)); // in order, even within a millisecond
    keep({ tag: newId(), key: newId(), text: wellFormed, typedAt, askedAt, problem: "", keyTaken: false });
  }

  function keep(item) {
    store.put(item); // before anything else: the page may be closed right now
    items.push(item);
    show(item);
    send();
  }

  async function send() {
    if (sending) return;
    clearTimeout(timer);
    sending = true;
    try {
      let item;
      do item = items.find(isWaiting);
      while (item && (await attempt(item)));
    } finally {
      sending = false;
    }
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
    onSent(message);
    take(item);
    return true;
  }

  function tooBad(item, { message, temporary, status }) {
    if (!temporary) {
      backOff.reset();
      // It may be done with already: the stream has brought it, or another tab was faster.
      if (items.includes(item)) fail(item, message, status === CONFLICT);
      return true;
    }
    trouble = message;
    troubleAt = now();
    timer = setTimeout(send, backOff.next());
    return false;
  }

  // Gives up what was typed together with it too: sent alone, it would overtake.
  function giveUp({ askedAt }) {
    const problem = trouble && now() - troubleAt < TOGETHER_MS ? trouble : words.typedLongAgo;
    const together = items.filter((item) => isWaiting(item) && item.askedAt - askedAt < TOGETHER_MS);
    together.forEach((item) => fail(item, problem));
    return true;
  }

  function fail(item, problem, keyTaken = false) {
    if (store.isGone(item.tag)) return take(item);
    Object.assign(item, { problem, keyTaken });
    store.put(item);
    show(item);
  }

  // With the same key and tag: the message may have arrived, or yet arrive from another tab. A key that belongs to
  // another message would be refused for ever, and its tag may belong to that message too.
  function resend(tag) {
    const item = items.find((item) => item.tag === tag);
    if (!item) return;
    Object.assign(item, { problem: "", askedAt: now() });
    if (item.keyTaken) {
      take(item);
      keep({ ...item, tag: newId(), key: newId(), keyTaken: false });
      return;
    }
    store.put(item);
    show(item);
    send();
  }

  function discard(tag) {
    items.filter((item) => item.tag === tag).forEach(take);
  }

  // Takes out the item that this message is.
  function settle(message) {
    if (message.from !== user) return;
    items.filter(({ tag, text }) => tag === message.tag && text === message.text).forEach(take);
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

  return { restore, add, send, resend, discard, settle };
};
