import { strings } from "../lib/strings.js";

// Lists the room that is open and the rooms that the person visited, each with its last line and its unread messages.
//
// $list: contains the open room's entry, as the server drew it, and $end behind the entries. template: an entry.
// lineOf(room): the room's last message, or null. countOf(room): its unread messages. showTime(element) writes the
// element's date for people. enter(room, event): called when somebody clicks on a room's link. leave() moves the focus
// away from the last entry that goes.
export function createRoomsList(parts) {
  const { $, $list, $end, template, recentRooms, lineOf, countOf, showTime, addressOf, enter, room, leave } = parts;
  const MAX_COUNT = 99;
  const RIGHT_TO_LEFT = /^\P{L}*[\p{sc=Arab}\p{sc=Hebr}\p{sc=Syrc}\p{sc=Thaa}]/u; // the first letter is
  const entries = new Map(); // by the room's name

  // A room keeps its place in this tab, or it would move away from under the pointer. New rooms come last, and first
  // when the page opens.
  function draw() {
    const visited = recentRooms.rooms();
    const now = visited.includes(room) ? visited : [room, ...visited];
    const kept = entries.size > 0 ? [...entries.keys()] : now.filter((one) => !recentRooms.order().includes(one));
    const before = entries.size > 0 ? now : [...recentRooms.order(), ...now];
    const rooms = [...new Set([...kept, ...before])].filter((one) => now.includes(one));
    if (rooms.join("\n") !== [...entries.keys()].join("\n")) rebuild(rooms);
    entries.forEach(fill);
  }

  function rebuild(rooms) {
    const focused = $list.find(":focus"); // an element that moves loses the focus
    if (entries.size === 0) $list.find("[aria-current]").closest("li").remove();
    const wanted = rooms.map((one) => [one, entries.get(one) ?? entry(one)]);
    entries.forEach(($entry, one) => rooms.includes(one) || $entry.remove());
    entries.clear();
    wanted.forEach(([one, $entry]) => {
      entries.set(one, $entry);
      $entry.insertBefore($end[0]);
    });
    recentRooms.keepOrder(rooms);
    focused.trigger("focus");
  }

  function entry(one) {
    const $entry = $(template.content.firstElementChild.cloneNode(true));
    $entry
      .find("a")
      .attr("href", addressOf(one))
      .on("click", (event) => enter(one, event));
    $entry.find(".name").text(one);
    const $forget = $entry.find("button");
    if (one === room) {
      $entry.find("a").attr("aria-current", "page");
      $forget.remove();
    } else {
      $forget.attr("aria-label", strings.forgetRoom(one)).on("click", () => forget(one));
    }
    return $entry;
  }

  function fill($entry, one) {
    const line = lineOf(one);
    $entry.find(".last, time").prop("hidden", line === null);
    if (line === null) {
      $entry.find(".last").text("");
    } else {
      const dir = RIGHT_TO_LEFT.test(line.text) ? "rtl" : "ltr"; // dir="auto" would go by the name
      $entry.find(".last").attr("dir", dir).text(strings.lastLine(line.from, line.text));
      const time = $entry.find("time").attr("datetime", line.date);
      showTime(time[0]);
    }
    const count = one === room ? 0 : countOf(one); // it is open
    $entry.toggleClass("has-unread", count > 0);
    $entry.find(".badge").prop("hidden", count === 0).text(count > MAX_COUNT ? `${MAX_COUNT}+` : count || "");
    $entry.find(".unseen").text(count > 0 ? strings.unreadMessages(count) : "");
  }

  function forget(one) {
    const others = [...entries.keys()].filter((other) => other !== room && !entries.get(other)[0].hidden);
    const at = others.indexOf(one);
    const next = others[at + 1] ?? others[at - 1];
    recentRooms.forget(one);
    draw();
    if (next === undefined) leave();
    else entries.get(next).find("button").trigger("focus");
  }

  // For the field that finds a room.
  function rooms() {
    return [...entries].map(([name, $entry]) => ({ name, item: $entry[0], link: $entry.find("a")[0] }));
  }

  return { draw, rooms };
}
