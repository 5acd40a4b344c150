"use strict";

globalThis.chat ??= {};

// Changes the log without moving what the reader is looking at. Browsers do that by themselves, but not at the very
// top, and Safari not at all; so the log's style switches that off.
//
// isFollowing(): whether the log is kept at its end anyway. onMoved() is called when it was scrolled.
chat.keepPlace = function ({ scroller, list, isFollowing, onMoved }) {
  let keeping = false;

  function inView() {
    const { top, bottom } = scroller.getBoundingClientRect();
    const seen = [];
    for (const item of list.children) {
      const place = item.getBoundingClientRect();
      if (place.top >= bottom) break;
      if (place.bottom > top) seen.push({ item, top: place.top });
    }
    return seen;
  }

  function keep(change) {
    if (keeping) return change(); // a part of a greater change, which is measured as a whole
    const seen = isFollowing() ? [] : inView();
    keeping = true;
    try {
      change();
    } finally {
      keeping = false;
    }
    const left = seen.find(({ item }) => item.isConnected && item.matches("[data-id]")); // days come and go
    if (!left) return;
    const moved = left.item.getBoundingClientRect().top - left.top;
    if (Math.abs(moved) < 1) return;
    scroller.scrollTop += moved;
    onMoved();
  }

  return keep;
};
