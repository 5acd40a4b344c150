"use strict";

globalThis.chat ??= {};

// Lists the rooms one has visited, after the one that is open, each with its mark of what is unread there.
//
// $list: holds the open room's entry; template: another room's entry. leave(): the focus has nowhere to be.
chat.roomsList = function ({ $, $list, template, visits, unread, addressOf, room, words, leave }) {
  const MOST_SAID = 99;
  const entries = new Map(); // by the room's name

  function draw() {
    const rooms = visits.rooms().filter((other) => other !== room);
    if (rooms.join("\n") !== [...entries.keys()].join("\n")) rebuild(rooms);
    const counts = unread.counts();
    entries.forEach(($entry, other) => mark($entry, counts.get(other) ?? 0));
  }

  function rebuild(rooms) {
    const focused = $list.find(":focus"); // an element that moves loses it
    const wanted = rooms.map((other) => [other, entries.get(other) ?? entry(other)]);
    entries.forEach(($entry, other) => rooms.includes(other) || $entry.remove());
    entries.clear();
    wanted.forEach(([other, $entry]) => {
      entries.set(other, $entry);
      $list.append($entry);
    });
    focused.trigger("focus");
  }

  function entry(other) {
    const $entry = $(template.content.firstElementChild.cloneNode(true));
    $entry.find("a").attr("href", addressOf(other));
    $entry.find("bdi").text(other);
    $entry.find("button").attr("aria-label", words.forgetRoom(other)).on("click", () => forget(other));
    return $entry;
  }

  function mark($entry, count) {
    $entry.find(".badge").prop("hidden", count === 0);
    $entry.find(".count").text(count > MOST_SAID ? `${MOST_SAID}+` : count || "");
    $entry.find(".unseen").text(count > 0 ? words.unreadMessages(count) : "");
  }

  function forget(other) {
    const rooms = [...entries.keys()];
    const at = rooms.indexOf(other);
    const next = rooms[at + 1] ?? rooms[at - 1];
    visits.forget(other);
    draw();
    if (next === undefined) leave();
    else entries.get(next).find("button").trigger("focus");
  }

  return { draw };
};
