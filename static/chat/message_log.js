"use strict";

globalThis.chat ??= {};

// A message comes up to three times: in the page or the answer to its POST, in the stream, and in a list
// fetched to catch up; and not always in this order. Each id is shown once, at its place.
//
// shownIds: the ids in the page, oldest first. insert(message, nextId) shows a message in front of nextId,
// or at the end when nextId is null.
chat.messageLog = function ({ shownIds, insert }) {
  const order = [...shownIds];
  const known = new Set(order);

  function placeOf(id) {
    let place = order.length;
    while (place > 0 && order[place - 1] > id) place -= 1;
    return place;
  }

  function add(message) {
    if (known.has(message.id)) return;
    const place = placeOf(message.id);
    insert(message, order[place] ?? null);
    order.splice(place, 0, message.id);
    known.add(message.id);
  }

  return { add };
};
