"use strict";

// Alice's page, as the tests of its outbox see it: the server, the storage and the time are fakes.

const { fakeClock, fakeStorage, settled } = require("./fakes.js");
require("../../static/chat/back_off.js");
require("../../static/chat/outbox.js");
require("../../static/chat/pending_store.js");
require("../../static/chat/safe_storage.js");
require("../../static/chat/wire_message.js");
require("../../static/chat/words.js");

exports.noAnswer = () => Promise.reject(Object.assign(new Error("no answer"), { temporary: true, status: 0 }));
exports.refusal = (status = 400) =>
  Promise.reject(Object.assign(new Error(`refused ${status}`), { temporary: false, status }));

// A server that stores each key once and answers as `answer` says: undefined is its usual answer.
function fakeServer() {
  const server = { stored: [], posted: [], answer: () => undefined };
  server.post = async ({ text, key, tag }) => {
    server.posted.push({ text, key, tag });
    const answer = server.answer(text, server.posted.length);
    if (answer) return answer;
    return server.store({ text, key, tag });
  };
  server.store = ({ text, key, tag }) => {
    let message = server.stored.find((message) => message.key === key);
    if (!message) server.stored.push((message = { id: server.stored.length + 1, from: "Alice", text, tag, key }));
    return message;
  };
  server.texts = () => server.stored.map(({ text }) => text);
  return server;
}

let ids = 0;

function openPage({ server = fakeServer(), storage = fakeStorage(), clock = fakeClock() } = {}) {
  const page = { server, storage, clock, pending: new Map(), sent: [], keys: new Map() };
  page.store = chat.pendingStore({
    storage: chat.safeStorage(() => storage),
    room: "lobby",
    user: "Alice",
    readJson: chat.readJson,
  });
  page.outbox = chat.outbox({
    store: page.store,
    post: server.post,
    user: "Alice",
    newId: () => `id ${(ids += 1)}`,
    words: chat.words,
    show: (item) => page.pending.set(item.tag, { ...item }),
    hide: (tag) => page.pending.delete(tag),
    keepKey: (message, key) => page.keys.set(message.id, key),
    onSent: (message) => page.sent.push(message.text),
    backOff: chat.backOff({ random: () => 1 }),
    ...clock,
  });
  page.outbox.restore();
  page.outbox.send();
  page.say = (...texts) => texts.forEach(page.outbox.add);
  page.texts = () => [...page.pending.values()].map(({ text }) => text);
  page.problems = () => [...page.pending.values()].map(({ problem }) => problem);
  page.tags = () => [...page.pending.keys()];
  page.reload = () => openPage({ server, storage, clock });
  return page;
}

async function passMinutes(page, minutes) {
  for (let second = 0; second < minutes * 60; second += 5) {
    page.clock.pass(5_000);
    await settled();
  }
}

Object.assign(exports, { fakeServer, openPage, passMinutes });
