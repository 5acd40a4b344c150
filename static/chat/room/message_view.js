import { isOnlyEmoji } from "./emoji.js";
import { createInitials } from "./initials.js";
import { nameHue } from "./name_hue.js";
import { createNamesakes } from "./namesakes.js";
import { createRichText, richNodes } from "./rich_text.js";

// Draws messages from the page's <template>. Above them it draws the days and the line where the reader left off.
//
// $list: contains the messages that the server drew. isOwn(message): see identity.js. user: the name whose mentions
// stand out. home: the chat's address. focusLost(next): called when a message that has the focus goes; next is the element of the message
// below it, if there is one.
export function createMessageView({ $, $list, templates, user, isOwn, localTime, home, focusLost }) {
  const GROUP_MS = 5 * 60_000; // messages of one author within this time form a group

  const OWN = "own"; // no mark has three characters
  const MARK_SHOWN = 4; // characters of a mark: enough to tell a few people of one name from each other

  const richText = createRichText(user);
  const initials = createInitials();
  const namesakes = createNamesakes(showMark);
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

  // own: true for a message that is not sent yet.
  function draw(message, own = isOwn(message)) {
    const $item = $(templates.message.content.firstElementChild.cloneNode(true));
    $item.find(".from").text(message.from);
    $item.find(".staff").prop("hidden", !message.staff);
    $item.find("time").attr("datetime", message.date);
    enrich($item, message, own);
    return $item;
  }

  function enrich($item, message, own) {
    $item.toggleClass("own", own).addClass(`hue-${nameHue(message.author ?? message.from)}`);
    $item.find(".disc").text(initials(message.from));
    localTime.show($item.find("time")[0]);
    write($item, message);
  }

  function write($item, { text, edited }) {
    const parts = richText.parse(text);
    const [element] = $item.find(".text");
    element.replaceChildren(...richNodes(document, parts));
    folds.observe(element);
    $item.find(".text a").each((_, link) => dropName(link));
    showMention($item);
    $item.toggleClass("emoji", isOnlyEmoji(text));
    $item.find(".edited").prop("hidden", !edited);
  }

  // Nobody mentions himself.
  function showMention($item) {
    $item.toggleClass("mentioned", !isDrawnAsOwn($item[0]) && $item.find(".text mark").length > 0);
  }

  function isDrawnAsOwn(item) {
    return item.classList.contains("own");
  }

  // A link to a room of this chat does not decide who the reader is there.
  function dropName(link) {
    const query = new URLSearchParams(link.search);
    const isOfChat = new URL(".", link.href).href === home;
    if (!isOfChat || !query.has("user")) return;
    query.delete("user");
    link.search = query;
  }

  // Takes over the messages that the server drew, the same for everybody. Returns them, oldest first: {id, from, text,
  // date}, and tag, author, staff, change and edited if they have them.
  function adopt() {
    return $list
      .children("[data-id]")
      .get()
      .map((item) => {
        const message = read(item);
        enrich($(item), message, isOwn(message));
        keep(item, message);
        arrange(item);
        return message;
      });
  }

  function read(item) {
    const { id, tag, author, staff, change, edited } = item.dataset;
    return {
      id: Number(id),
      from: $(item).find(".from").text(),
      text: $(item).find(".text").text(),
      date: $(item).find("time").attr("datetime"),
      ...(tag && { tag }),
      ...(author && { author }),
      ...(staff && { staff: true }),
      ...(change && { change: Number(change), edited }),
    };
  }

  // Our links have no name in their address, because people copy them.
  function keep(item, message) {
    $(item).find(".when").attr("href", `${location.pathname}#m${message.id}`);
    elements.set(message.id, item);
    messages.set(item, message);
    namesakes.add(item, ...nameAndPerson(item));
  }

  function nameAndPerson(item) {
    const { from, author } = messages.get(item);
    return [from, isDrawnAsOwn(item) ? OWN : author];
  }

  // Two people in view have the same name: a part of the mark tells them apart.
  function showMark(item, isShared) {
    const { author } = messages.get(item);
    const isWanted = isShared && author !== undefined;
    $(item).find(".mark").prop("hidden", !isWanted).text(isWanted ? shortMark(author) : "");
  }

  function shortMark(author) {
    return `·${author.slice(0, MARK_SHOWN)}`;
  }

  // Returns the author's name as the page shows it.
  function nameOf({ from, author }) {
    return author !== undefined && namesakes.isShared(from) ? `${from} ${shortMark(author)}` : from;
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

  // Call this when the page learns whether a message is the person's own. It draws that message again; without an id, all
  // messages for which the answer has changed.
  function refresh(id) {
    const items = id === undefined ? [...elements.values()] : [elements.get(id)];
    const turned = items.filter((item) => item && isDrawnAsOwn(item) !== isOwn(messages.get(item)));
    turned.forEach((item) => {
      namesakes.remove(item, ...nameAndPerson(item));
      item.classList.toggle("own");
      showMention($(item));
      namesakes.add(item, ...nameAndPerson(item));
    });
    turned.forEach((item) => {
      arrange(item);
      const next = messageAfter(item);
      if (next) arrange(next);
    });
  }

  function remove(ids) {
    const items = ids.map((id) => elements.get(id));
    const below = messageAfter(items.at(-1));
    const hadFocus = items.some((item) => item.contains(document.activeElement));
    items.forEach((item) => {
      namesakes.remove(item, ...nameAndPerson(item));
      clearAbove(item);
      item.remove();
    });
    ids.forEach((id) => elements.delete(id));
    if (below) arrange(below);
    else $list.children("[data-id]").last().removeClass("joined");
    if (hadFocus) focusLost(below);
  }

  function messageAfter({ nextElementSibling: next }) {
    return next && (messages.has(next) ? next : $(next).nextAll("[data-id]")[0]);
  }

  // Draws what belongs above a message: the day, the unread line, or nothing.
  function arrange(item) {
    clearAbove(item);
    const message = messages.get(item);
    const above = item.previousElementSibling;
    const before = above && messages.get(above);
    const day = localTime.dayOf(message.date);
    const newDay = !before || localTime.dayOf(before.date) !== day;
    const hasLine = isLineAbove(message, before);
    if (newDay) item.before(dayElement(day));
    if (hasLine) item.before(templates.unread.content.firstElementChild.cloneNode(true));
    const isGrouped = !newDay && !hasLine && isSoonAfter(message, before) && hasSameByline(item, above);
    item.classList.toggle("grouped", isGrouped);
    if (before) above.classList.toggle("joined", isGrouped); // a selector that looks ahead would slow down each insertion
  }

  function clearAbove(item) {
    let above;
    while ((above = item.previousElementSibling) && above.matches(".day, .unread")) above.remove();
  }

  function isSoonAfter(message, before) {
    return new Date(message.date) - new Date(before.date) <= GROUP_MS;
  }

  // Returns whether one byline is true for both messages.
  function hasSameByline(item, other) {
    const [one, two] = [messages.get(item), messages.get(other)];
    const isSame = ["author", "from", "staff"].every((name) => one[name] === two[name]);
    return isSame && isDrawnAsOwn(item) === isDrawnAsOwn(other);
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
    const old = unreadLine()?.nextElementSibling;
    lineAt = id;
    if (old) arrange(old);
    const first = id !== null && $list.children("[data-id]").get().find((item) => Number(item.dataset.id) >= id);
    if (first) arrange(first);
  }

  // Returns the unread line, if it is in the list.
  function unreadLine() {
    return $list.children(".unread")[0];
  }

  // Returns what other people said below the unread line, oldest first.
  function unreadMessages() {
    return $(unreadLine()).nextAll("[data-id]").get().map((item) => messages.get(item)).filter((said) => !isOwn(said));
  }

  // After midnight, "Today" is "Yesterday".
  function renewDays() {
    if (localTime.dayOf(new Date()) === today) return;
    today = localTime.dayOf(new Date());
    $list.children(".day").each((_, item) => $(item).find("time").text(localTime.dayName(item.dataset.day)));
  }

  const element = (id) => elements.get(id);

  return { draw, adopt, insert, update, refresh, remove, nameOf, setUnreadLine, unreadLine, unreadMessages, renewDays, element };
}
