"use strict";

globalThis.chat ??= {};

// Draws messages from the page's <template>, and above them the days and the line where one left off.
//
// $list holds what the server drew. richText(text) returns its parts; see rich_text.js. decorate(element, message) is
// called for each message drawn or drawn anew; focusLost() when one that had the focus goes.
chat.messageView = function ({ $, $list, templates, user, localTime, richText, decorate, focusLost }) {
  const GROUP_MS = 5 * 60_000; // one author's messages within that time stand together

  const elements = new Map(); // by id: to look for one among thousands for each insertion would take too long
  const messages = new WeakMap(); // by element
  let lineAt = null; // the id in front of which the unread line belongs, or in front of the next one
  let today = localTime.dayOf(new Date());

  function draw(message) {
    const $item = $(templates.message.content.firstElementChild.cloneNode(true));
    $item.toggleClass("own", message.from === user);
    $item.find(".from").text(message.from);
    $item.find("time").attr("datetime", message.date);
    enrich($item, message);
    return $item;
  }

  function enrich($item, message) {
    $item.find(".from").addClass(`hue-${chat.nameHue(message.from)}`);
    localTime.show($item.find("time")[0]);
    write($item, message);
  }

  function write($item, { from, text, edited }) {
    const parts = richText(text);
    $item.find(".text")[0].replaceChildren(...chat.richNodes(document, parts));
    $item.toggleClass("mentioned", from !== user && parts.some(({ kind }) => kind === "mention"));
    $item.find(".edited").prop("hidden", !edited);
  }

  // Enriches what the server drew and returns it, oldest first: {id, from, text, date} and tag, change and edited.
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

  function keep(item, message) {
    elements.set(message.id, item);
    messages.set(item, message);
    decorate?.(item, message);
  }

  function insert(message, nextId) {
    const $item = draw(message).attr({ id: `m${message.id}`, "data-id": message.id });
    $item.find(".when").attr("href", `#m${message.id}`);
    if (nextId === null) $list.append($item);
    else $item.insertBefore(elements.get(nextId));
    keep($item[0], message);
    arrange($item[0]);
    if (nextId !== null) arrange(elements.get(nextId));
  }

  // The element stays, and with it the focus and the reader's place.
  function redraw(message) {
    const item = elements.get(message.id);
    write($(item), message);
    keep(item, message);
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

  // Puts above a message what belongs there: its day, the unread line, or nothing within a group.
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

  // Shows the line in front of the message of this id, or of the next one; nowhere for null.
  function setUnreadLine(id) {
    const old = $list.children(".unread")[0]?.nextElementSibling;
    lineAt = id;
    if (old) arrange(old);
    const first = id !== null && $list.children("[data-id]").get().find((item) => Number(item.dataset.id) >= id);
    if (first) arrange(first);
  }

  // Today may have become yesterday.
  function renewDays() {
    if (localTime.dayOf(new Date()) === today) return;
    today = localTime.dayOf(new Date());
    $list.children(".day").each((_, item) => $(item).find("time").text(localTime.dayName(item.dataset.day)));
  }

  return { draw, adopt, insert, redraw, remove, setUnreadLine, renewDays, element: (id) => elements.get(id) };
};
