import { nameHue } from "./name_hue.js";
import { createRichText, richNodes } from "./rich_text.js";

// Draws messages from the page's <template>. Above them it draws the days and the line where the reader left off.
//
// $list: contains the messages that the server drew. focusLost(): called when a message that has the focus goes.
export function createMessageView({ $, $list, templates, user, localTime, focusLost }) {
  const GROUP_MS = 5 * 60_000; // messages of one author within this time form a group

  const richText = createRichText(user);
  const elements = new Map(); // by id, because to search thousands of elements at each insertion takes too long
  const messages = new WeakMap(); // by element
  let lineAt = null; // the unread line is above the message with this id, or above the next one
  let today = localTime.dayOf(new Date());

  // The stylesheet folds a text of more than some 30 lines.
  const folds = new ResizeObserver((texts) => {
    texts.forEach(({ target: { clientHeight, scrollHeight, nextElementSibling } }) => {
      nextElementSibling.hidden = scrollHeight < clientHeight + 9 && !nextElementSibling.firstChild.checked;
    });
  });

  function draw(message) {
    const $item = $(templates.message.content.firstElementChild.cloneNode(true));
    $item.toggleClass("own", message.from === user);
    $item.find(".from").text(message.from);
    $item.find("time").attr("datetime", message.date);
    enrich($item, message);
    return $item;
  }

  function enrich($item, message) {
    $item.find(".from").addClass(`hue-${nameHue(message.from)}`);
    localTime.show($item.find("time")[0]);
    write($item, message);
  }

  function write($item, { from, text, edited }) {
    const parts = richText.parse(text);
    const [element] = $item.find(".text");
    element.replaceChildren(...richNodes(document, parts));
    folds.observe(element);
    $item.find(".text a").each((_, link) => dropName(link));
    $item.toggleClass("mentioned", from !== user && parts.some(({ kind }) => kind === "mention"));
    $item.find(".edited").prop("hidden", !edited);
  }

  // A link to a room of this chat does not decide who the reader is there.
  function dropName(link) {
    const query = new URLSearchParams(link.search);
    if (link.origin !== location.origin || !query.has("user")) return;
    query.delete("user");
    link.search = query;
  }

  // Takes over the messages that the server drew. Returns them, oldest first: {id, from, text, date}, and tag, change
  // and edited if they have them.
  function adopt() {
    return $list
      .children("[data-id]")
      .get()
      .map((item) => {
        const message = read(item);
        enrich($(item), message);
        keep(item, message);
        arrange(item);
        return message;
      });
  }

  function read(item) {
    const { id, tag, change, edited } = item.dataset;
    return {
      id: Number(id),
      from: $(item).find(".from").text(),
      text: $(item).find(".text").text(),
      date: $(item).find("time").attr("datetime"),
      ...(tag && { tag }),
      ...(change && { change: Number(change), edited }),
    };
  }

  // Our links have no name in their address, because people copy them.
  function keep(item, message) {
    $(item).find(".when").attr("href", `${location.pathname}#m${message.id}`);
    elements.set(message.id, item);
    messages.set(item, message);
  }

  function insert(message, nextId) {
    const $item = draw(message).attr({ id: `m${message.id}`, "data-id": message.id });
    if (nextId === null) $list.append($item);
    else $item.insertBefore(elements.get(nextId));
    keep($item[0], message);
    arrange($item[0]);
    if (nextId !== null) arrange(elements.get(nextId));
  }

  // The element stays, so it keeps the focus and the reader keeps the place.
  function update(message) {
    const item = elements.get(message.id);
    write($(item), message);
    messages.set(item, message);
  }

  function remove(ids) {
    const next = elements.get(ids.at(-1)).nextElementSibling;
    const items = ids.map((id) => elements.get(id));
    const hadFocus = items.some((item) => item.contains(document.activeElement));
    items.forEach((item) => {
      clearAbove(item);
      item.remove();
    });
    ids.forEach((id) => elements.delete(id));
    const below = next && (messages.has(next) ? next : $(next).nextAll("[data-id]")[0]);
    if (below) arrange(below);
    if (hadFocus) focusLost();
  }

  // Draws what belongs above a message: the day, the unread line, or nothing.
  function arrange(item) {
    clearAbove(item);
    const message = messages.get(item);
    const before = item.previousElementSibling && messages.get(item.previousElementSibling);
    const day = localTime.dayOf(message.date);
    const newDay = !before || localTime.dayOf(before.date) !== day;
    const hasLine = isLineAbove(message, before);
    if (newDay) item.before(dayElement(day));
    if (hasLine) item.before(templates.unread.content.firstElementChild.cloneNode(true));
    const together = before?.from === message.from && new Date(message.date) - new Date(before.date) <= GROUP_MS;
    item.classList.toggle("grouped", together && !newDay && !hasLine);
  }

  function clearAbove(item) {
    let above;
    while ((above = item.previousElementSibling) && above.matches(".day, .unread")) above.remove();
  }

  function isLineAbove({ id }, before) {
    if (lineAt === null) return false;
    return before ? before.id < lineAt && id >= lineAt : id === lineAt;
  }

  function dayElement(day) {
    const item = templates.day.content.firstElementChild.cloneNode(true);
    item.dataset.day = day;
    item.querySelector("time").textContent = localTime.dayName(day);
    return item;
  }

  // Draws the line above the message with this id, or above the next one. null removes the line.
  function setUnreadLine(id) {
    const old = $list.children(".unread")[0]?.nextElementSibling;
    lineAt = id;
    if (old) arrange(old);
    const first = id !== null && $list.children("[data-id]").get().find((item) => Number(item.dataset.id) >= id);
    if (first) arrange(first);
  }

  // After midnight, "Today" is "Yesterday".
  function renewDays() {
    if (localTime.dayOf(new Date()) === today) return;
    today = localTime.dayOf(new Date());
    $list.children(".day").each((_, item) => $(item).find("time").text(localTime.dayName(item.dataset.day)));
  }

  return { draw, adopt, insert, update, remove, setUnreadLine, renewDays, element: (id) => elements.get(id) };
}
