import { strings } from "../lib/strings.js";

// Hints on the button that opens the list of rooms that there are unread messages in other rooms.
//
// counts(): see unread_rooms.js.
export function createRoomsButton({ $button, counts }) {
  const usual = $button.attr("title");

  function draw() {
    const unread = [...counts().values()].reduce((sum, count) => sum + count, 0);
    const name = unread > 0 ? strings.roomsWithUnread(unread) : usual;
    $button.attr({ "aria-label": name, title: name });
    $button.find(".dot").prop("hidden", unread === 0);
  }

  return { draw };
}
