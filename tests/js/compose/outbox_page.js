import { fakeClock, fakeStorage, settled } from "../fakes.js";
import { createOutbox } from "../../../static/chat/compose/outbox.js";
import { createPendingStore } from "../../../static/chat/compose/pending_store.js";
import { createBackOff } from "../../../static/chat/lib/back_off.js";
import { createSafeStorage } from "../../../static/chat/lib/safe_storage.js";

// Alice's page for the tests of the outbox, with a fake server, storage and clock.

export const noAnswer = () => Promise.reject(Object.assign(new Error("no answer"), { temporary: true, status: 0 }));
export const refusal = (status = 400) =>
  Promise.reject(Object.assign(new Error(`refused ${status}`), { temporary: false, status }));

// A server that stores each key once. answer() replaces its answer; undefined means the usual one.
export function fakeServer() {
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

export function openPage({ server = fakeServer(), storage = fakeStorage(), clock = fakeClock() } = {}) {
  const page = { server, storage, clock, pending: new Map(), sent: [], words: [], keys: new Map() };
  page.store = createPendingStore({
    storage: createSafeStorage(() => storage),
    room: "lobby",
    user: "Alice",
  });
  page.outbox = createOutbox({
    store: page.store,
    post: server.post,
    newId: () => `id ${(ids += 1)}`,
    show: (item) => page.pending.set(item.tag, { ...item }),
    hide: (tag) => page.pending.delete(tag),
    keepKey: (message, key) => page.keys.set(message.id, key),
    onSent: (message) => page.sent.push(message.text),
    onPaused: (words) => page.words.push(words),
    backOff: createBackOff({ random: () => 1 }),
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

export async function passMinutes(page, minutes) {
  for (let second = 0; second < minutes * 60; second += 5) {
    page.clock.pass(5_000);
    await settled();
  }
}
