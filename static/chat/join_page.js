import { forAWhile } from "./lib/for_a_while.js";
import { refuseFiles } from "./lib/refuse_files.js";
import { createSafeStorage } from "./lib/safe_storage.js";
import { createRecentRooms, isPlainClick, roomAddress } from "./status/recent_rooms.js";
import { createShare } from "./status/share.js";

// The join page: fills in the name that the person used last, lists the rooms that the person visited, and copies the
// page's address. The page works without this script.

const recentRooms = createRecentRooms(
  createSafeStorage(() => localStorage),
  createSafeStorage(() => sessionStorage),
);
const field = document.getElementById("user"); // null if the server knows the name
const list = document.getElementById("visited");

// A link enters its room with the name in the field. If there is none, the room's own page asks for it.
function listRooms(rooms) {
  const template = document.getElementById("room-link").content.firstElementChild;
  for (const room of rooms) {
    const entry = template.cloneNode(true);
    const link = entry.querySelector("a");
    entry.querySelector(".name").textContent = room;
    link.href = roomAddress(room, location);
    link.addEventListener("click", (event) => enter(room, event));
    list.querySelector("ul").append(entry);
  }
  list.hidden = rooms.length === 0;
}

function connectCopy(button) {
  const address = location.origin + location.pathname;
  const said = document.getElementById("copied");
  const share = createShare({
    navigator,
    isTouch: matchMedia("(pointer: coarse)").matches,
    title: document.title,
    address,
    // A text that stayed would not say that a second copy has worked.
    onCopied: forAWhile(
      () => (said.hidden = false),
      () => (said.hidden = true),
    ),
    show() {
      const shown = document.getElementById("address-text");
      shown.textContent = address;
      shown.hidden = false;
      shown.focus();
      getSelection().selectAllChildren(shown);
    },
  });
  button.addEventListener("click", () => share());
  button.hidden = false;
}

function enter(room, event) {
  const user = field?.value.trim() ?? "";
  if (user === "" || !isPlainClick(event)) return;
  event.preventDefault();
  recentRooms.give(user);
  location.assign(roomAddress(room, location, user));
}

field?.form.addEventListener("submit", () => recentRooms.give(field.value));
if (field?.value === "") field.value = recentRooms.name();
if (list !== null) {
  const { user = recentRooms.name() } = list.dataset; // the server knows the name
  listRooms(user === recentRooms.name() ? recentRooms.rooms() : []);
}
connectCopy(document.getElementById("copy-link"));
refuseFiles(window);
