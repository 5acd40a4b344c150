import { createSafeStorage } from "./lib/safe_storage.js";
import { createRecentRooms, roomAddress } from "./status/recent_rooms.js";

// The join page: fills in the name that the person used last, and lists the rooms that the person visited. The page
// works without this script.

const recentRooms = createRecentRooms(createSafeStorage(() => localStorage));
const field = document.getElementById("user");
const list = document.getElementById("visited");

function addLinks() {
  const template = document.getElementById("room-link").content.firstElementChild;
  return recentRooms.rooms().map((room) => {
    const entry = template.cloneNode(true);
    entry.querySelector("bdi").textContent = room;
    list.querySelector("ul").append(entry);
    return { room, link: entry.querySelector("a") };
  });
}

// The links contain the name in the field. If there is none, the room's own page asks for it.
function listRooms() {
  const links = addLinks();
  const setAddresses = () => {
    for (const { room, link } of links) link.href = roomAddress(room, field.value.trim(), location);
  };
  field.addEventListener("input", setAddresses);
  setAddresses();
  list.hidden = false;
}

if (field.value === "") field.value = recentRooms.name();
if (list !== null && recentRooms.rooms().length > 0) listRooms();
