"use strict";

globalThis.chat ??= {};

// Rewrites the server's UTC text of a <time> in the reader's own zone and language; the day only when it isn't today.
chat.showLocalTime = function (element, now = new Date()) {
  const date = new Date(element.dateTime);
  if (Number.isNaN(date.valueOf())) {
    element.textContent = element.dateTime;
    return;
  }
  const isToday = date.toDateString() === now.toDateString();
  element.textContent = date.toLocaleString([], { dateStyle: isToday ? undefined : "medium", timeStyle: "short" });
  element.title = date.toLocaleString([], { dateStyle: "full", timeStyle: "medium" });
};
