// One field that finds a room in the list while somebody types, and opens the room that was typed. The form does the
// latter without scripts too.
//
// rooms(): the listed rooms as {name, item, link}, in their order. opener: the element at the end of the list that shows
// what Enter will do. openerText(name): its text. open(name): enters a listed room.
export function createRoomsFilter({ field, form, rooms, opener, openerText, open }) {
  const typed = () => field.value.trim().normalize("NFC");
  const lower = (text) => text.toLocaleLowerCase();

  // Returns the one room that is meant, or null. Some people type the sign that the list shows.
  function exact() {
    const found = rooms().filter(({ name }) => [name, `#${name}`].includes(typed()));
    return found.length === 1 ? found[0] : null;
  }

  function draw() {
    const wanted = lower(typed());
    for (const { name, item } of rooms()) item.hidden = !lower(`#${name}`).includes(wanted);
    opener.hidden = wanted === "" || exact() !== null;
    if (!opener.hidden) opener.querySelector("button").textContent = openerText(typed());
  }

  function clear() {
    field.value = "";
    draw();
  }

  // The links that one can go through, in their order.
  function links() {
    const shown = rooms().filter(({ item }) => !item.hidden).map(({ link }) => link);
    return opener.hidden ? shown : [...shown, opener.querySelector("button")];
  }

  // Steps from the field (-1) into the list and back.
  function step(event, by) {
    const stops = links();
    const at = stops.indexOf(event.target);
    if (at === -1 && event.target !== field) return; // on another button of the list
    event.preventDefault();
    (at + by < 0 ? field : stops[Math.min(at + by, stops.length - 1)])?.focus();
  }

  function press(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") step(event, 1);
    else if (event.key === "ArrowUp" && event.target !== field) step(event, -1);
    else if (event.key === "Escape" && field.value !== "") {
      event.preventDefault(); // or it also closes the panel
      clear();
      field.focus();
    }
  }

  // Returns whether the form may go.
  function submit(event) {
    const room = exact();
    if (room === null) return true;
    event.preventDefault();
    open(room.name);
    return false;
  }

  field.addEventListener("input", draw);
  form.addEventListener("submit", submit);

  return { draw, press, exact, clear };
}
