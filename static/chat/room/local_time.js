import { language, locale } from "../lib/gettext.js";

// Shows dates in the reader's own time zone and language.
//
// It keeps its formatters: making one takes a hundred times as long as using it.
export function createLocalTime({ now = () => new Date() } = {}) {
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  const both = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });
  let dated = null; // these two are made for the first message of another day
  let calendar = null;
  let brief = null;

  function isReal(date) {
    return !Number.isNaN(date.valueOf());
  }

  // Writes the time of day into a <time>, because the day is above it, and the full date into its title.
  function show(element) {
    const date = new Date(element.dateTime);
    element.textContent = isReal(date) ? clock.format(date) : element.dateTime;
    if (isReal(date)) element.title = both.format(date);
  }

  // Returns the time of day, with the date if that is not today.
  function moment(text) {
    const date = new Date(text);
    if (dayOf(date) === now().toDateString()) return clock.format(date);
    dated ??= new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
    return dated.format(date);
  }

  // Writes the time of day into a <time>, or the day without a time if that is not today.
  function showBrief(element) {
    const date = new Date(element.dateTime);
    show(element);
    if (!isReal(date) || dayOf(date) === now().toDateString()) return;
    brief ??= new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
    element.textContent = brief.format(date);
  }

  // Returns the same text for all dates of a day.
  function dayOf(date) {
    return new Date(date).toDateString();
  }

  function dayName(day) {
    const date = new Date(day);
    if (!isReal(date)) return "";
    const today = now();
    const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
    if (day === today.toDateString()) return daysFromNow(0);
    if (day === yesterday.toDateString()) return daysFromNow(-1);
    calendar ??= new Intl.DateTimeFormat(locale, { dateStyle: "full" });
    return calendar.format(date);
  }

  // Returns “Today” or “Yesterday”.
  function daysFromNow(days) {
    const name = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day");
    return name[0].toLocaleUpperCase(language) + name.slice(1);
  }

  return { show, showBrief, moment, dayOf, dayName };
}
