"use strict";

globalThis.chat ??= {};

// Dates in the reader's own zone and language.
//
// A formatter takes as long to make as a hundred times to use.
chat.localTime = function ({ words, now = () => new Date() }) {
  const clock = new Intl.DateTimeFormat([], { timeStyle: "short" });
  const both = new Intl.DateTimeFormat([], { dateStyle: "full", timeStyle: "medium" });
  let calendar = null; // made for the first message of another day

  function isReal(date) {
    return !Number.isNaN(date.valueOf());
  }

  // Rewrites the text of a <time>: the time of day, for the day stands above; all of it in its title.
  function show(element) {
    const date = new Date(element.dateTime);
    element.textContent = isReal(date) ? clock.format(date) : element.dateTime;
    if (isReal(date)) element.title = both.format(date);
  }

  // Returns what two dates of the same day have in common.
  function dayOf(date) {
    return new Date(date).toDateString();
  }

  function dayName(day) {
    const date = new Date(day);
    if (!isReal(date)) return "";
    const today = now();
    const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
    if (day === today.toDateString()) return words.today;
    if (day === yesterday.toDateString()) return words.yesterday;
    calendar ??= new Intl.DateTimeFormat([], { dateStyle: "full" });
    return calendar.format(date);
  }

  return { show, dayOf, dayName };
};
