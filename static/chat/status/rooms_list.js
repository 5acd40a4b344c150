import { strings } from "../lib/strings.js";

// Lists the rooms that the person visited, below the open one, with the number of unread messages in each.
//
// $list: contains the open room's entry. template: the entry of another room. enter(room, event): called when somebody
// clicks on a room's link. leave() moves the focus away from the last entry that goes.
export function createRoomsList({ $, $list, template, recentRooms, unread, addressOf, enter, room, leave }) {
  const MAX_COUNT = 99;
  const entries = new Map(); // by the room's name

  // A room keeps its place while the page is open, or it would move away from under the pointer.
  function draw() {
    const now = recentRooms.rooms().filter((other) => other !== room);
    const rooms = [...new Set([...entries.keys(), ...now])].filter((other) => now.includes(other));
    if (rooms.join("\n") !== [...entries.keys()].join("\n")) rebuild(rooms);
    const counts = unread.counts();
    entries.forEach(($entry, other) => mark($entry, counts.get(other) ?? 0));
  }

  function rebuild(rooms) {
    const focused = $list.find(":focus"); // an element that moves loses the focus
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
    $entry
      .find("a")
      .attr("href", addressOf(other))
      .on("click", (event) => enter(other, event));
    $entry.find("bdi").text(other);
    $entry.find("button").attr("aria-label", strings.forgetRoom(other)).on("click", () => forget(other));
    return $entry;
  }

  function mark($entry, count) {
    $entry.find(".badge").prop("hidden", count === 0);
    $entry.find(".count").text(count > MAX_COUNT ? `${MAX_COUNT}+` : count || "");
    $entry.find(".unseen").text(count > 0 ? strings.unreadMessages(count) : "");
  }

  function forget(other) {
    const rooms = [...entries.keys()];
    const at = rooms.indexOf(other);
    const next = rooms[at + 1] ?? rooms[at - 1];
    recentRooms.forget(other);
    draw();
    if (next === undefined) leave();
    else entries.get(next).find("button").trigger("focus");
  }

  return { draw };
}
