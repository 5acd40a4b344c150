"use strict";

globalThis.chat ??= {};

// A message comes up to three times: in the page or the answer to its POST, in the stream, and in a list
// fetched to catch up; and not always in this order. Each id is shown once, at its place.
//
// shown: the messages in the page, oldest first. insert(message, nextId) shows a message in front of nextId, or at
// the end when nextId is null. onForeign() is called when an id that is shown comes with another date: the server has
// another database than when the page was made.
chat.messageLog = function ({ shown, insert, onForeign }) {
  const oldest = shown[0]?.id ?? 0; // what was said between an older one and this is not in the page
  const order = shown.map(({ id }) => id);
  const dates = new Map(shown.map(({ id, date }) => [id, date]));

  function placeOf(id) {
    let place = order.length;
    while (place > 0 && order[place - 1] > id) place -= 1;
    return place;
  }

  function add(message) {
    if (dates.has(message.id)) {
      if (dates.get(message.id) !== message.date) onForeign();
      return;
    }
    if (message.id < oldest) return;
    const place = placeOf(message.id);
    insert(message, order[place] ?? null);
    order.splice(place, 0, message.id);
    dates.set(message.id, message.date);
  }

  return { add };
};
