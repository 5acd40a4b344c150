"use strict";

// A clock that stands still until it is told how far to go.
exports.fakeClock = function () {
  let now = 0;
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
    pass: (ms) => {
      const until = now + ms;
      while (runNext(until));
      now = until;
    },
  };
};

// Stands in for ReconnectingEventSource; `all` are the ones that were made, oldest first.
exports.fakeSources = function () {
  const all = [];
  class Source {
    constructor(url, { lastEventId }) {
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
};

// A promise with its two ends in the test's hands.
exports.deferred = function () {
  let ends;
  const promise = new Promise((resolve, reject) => (ends = { resolve, reject }));
  return { promise, ...ends };
};

// Lets everything run that waits for promises which are settled already.
exports.settled = () => new Promise((resolve) => setImmediate(resolve));
