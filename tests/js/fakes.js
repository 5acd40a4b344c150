// A clock that only moves when the test calls pass().
export function fakeClock() {
  let now = 1_700_000_000_000; // not 0: a forgotten now() must not look like the right time
  let nextId = 1;
  const timers = new Map();

  function runNext(until) {
    const due = [...timers].filter(([, timer]) => timer.at <= until).sort(([, a], [, b]) => a.at - b.at);
    if (due.length === 0) return false;
    const [id, { at, action }] = due[0];
    timers.delete(id);
    now = at;
    action();
    return true;
  }

  return {
    setTimeout: (action, delay) => {
      timers.set(nextId, { at: now + delay, action });
      return nextId++;
    },
    clearTimeout: (id) => timers.delete(id),
    now: () => now,
    waits: () => [...timers.values()].map(({ at }) => at - now),
    // The machine sleeps: its clock goes on, and its timers stop.
    sleep: (ms) => {
      now += ms;
      timers.forEach((timer) => (timer.at += ms));
    },
    pass: (ms) => {
      const until = now + ms;
      while (runNext(until));
      now = until;
    },
  };
}

// A fake EventSource. `all` are its instances, oldest first.
export function fakeSources() {
  const all = [];
  class Source {
    constructor(url) {
      const lastEventId = new URL(url, "http://chat").searchParams.get("lastEventId");
      Object.assign(this, { url, lastEventId, closed: false, listeners: {} });
      all.push(this);
    }
    addEventListener(name, listener) {
      (this.listeners[name] ??= []).push(listener);
    }
    close() {
      this.closed = true;
    }
    tell(name, data = "", lastEventId = "") {
      this.listeners[name].forEach((listener) => listener({ type: name, data, lastEventId }));
    }
  }
  return { Source, all, latest: () => all.at(-1) };
}

// A fake localStorage. If `full` is true, it refuses to write.
export function fakeStorage() {
  const items = new Map();
  const storage = {
    full: false,
    get length() {
      return items.size;
    },
    key: (place) => [...items.keys()].reverse()[place] ?? null, // browsers promise no order
    getItem: (name) => items.get(name) ?? null,
    setItem(name, value) {
      if (storage.full) throw new Error("QuotaExceededError");
      items.set(name, value);
    },
    removeItem: (name) => items.delete(name),
    clear: () => items.clear(),
  };
  return storage;
}

// Random numbers from 0 to 1 that are the same in every run (mulberry32).
export function seededRandom(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// A promise that the test resolves or rejects.
export function deferred() {
  let ends;
  const promise = new Promise((resolve, reject) => (ends = { resolve, reject }));
  return { promise, ...ends };
}

// Waits until all code has run that waits for settled promises.
export const settled = () => new Promise((resolve) => setImmediate(resolve));

// A fake document with a visibility.
export function fakeDocument() {
  const listeners = [];
  const document = {
    visibilityState: "visible",
    focused: true,
    hasFocus: () => document.focused,
    addEventListener: (name, listener) => name === "visibilitychange" && listeners.push(listener),
    turn(state) {
      document.visibilityState = state;
      listeners.forEach((listener) => listener());
    },
  };
  return document;
}
