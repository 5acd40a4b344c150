"use strict";

// The join page's script: the name one had last, and the rooms one has visited. The page is whole without it.
(function () {
  const visits = chat.visits(chat.safeStorage(() => localStorage));
  const field = document.getElementById("user");
  const list = document.getElementById("visited");

  if (field.value === "") field.value = visits.name();
  if (list === null || visits.rooms().length === 0) return;

  const template = document.getElementById("room-link").content.firstElementChild;
  const links = visits.rooms().map((room) => {
    const entry = template.cloneNode(true);
    entry.querySelector("bdi").textContent = room;
    list.querySelector("ul").append(entry);
    return { room, link: entry.querySelector("a") };
  });

  // Under the name that stands in the field; without one the room's own page asks for it.
  function lead() {
    for (const { room, link } of links) link.href = chat.roomAddress(room, field.value.trim(), location);
  }

  field.addEventListener("input", lead);
  lead();
  list.hidden = false;
})();
