import { $ } from "../fake_jquery.js";
import { add, messageTemplate, openPage, templateOf } from "../fake_page.js";
import { createLocalTime } from "../../../static/chat/room/local_time.js";
import { createMessageView } from "../../../static/chat/room/message_view.js";
process.env.TZ = "Asia/Tokyo"; // nine hours ahead of UTC, all year

export let sizesChange; // (texts) => the browser has laid out these texts
globalThis.ResizeObserver = class {
  constructor(callback) {
    sizesChange = (texts) => callback(texts.map((target) => ({ target })));
    this.observe = (text) => observed.push(text);
  }
};
export let observed;

// A room's page for ann at noon. `drawn` are messages that the server drew. ann's mark is "annsmark", once it is known.
// Her browser may also have the keys of messages, by id.
export function page({ drawn = [], mark = "annsmark", address, home = "." } = {}) {
  openPage(address);
  observed = [];
  const clock = { now: "2026-03-04T03:00:00Z" };
  const known = { mark, keys: [] };
  const $list = $(add("ol"));
  for (const { id, from, text, date, ...rest } of drawn) {
    const item = messageTemplate().firstElementChild;
    Object.assign(item.dataset, { id, ...rest });
    $(item).find(".from").text(from);
    $(item).find(".text").text(text);
    $(item).find("time").attr("datetime", date);
    $list.append(item);
  }
  let focusLost = 0;
  const view = createMessageView({
    $,
    $list,
    templates: {
      message: messageTemplate(),
      day: templateOf("room.html", "day"),
      unread: templateOf("room.html", "unread"),
    },
    user: "ann",
    isOwn: ({ id, author }) => author === known.mark || known.keys.includes(id),
    localTime: createLocalTime({ now: () => new Date(clock.now) }),
    home: new URL(home, location).href,
    focusLost: () => (focusLost += 1),
  });
  return { view, $list, clock, known, focusLost: () => focusLost };
}

export const isOwn = (view, id) => view.element(id).matches(".own");
export const isMentioned = (view, id) => view.element(id).matches(".mentioned");
export const by = (author, ...rest) => ({ ...said(...rest), author });
export const said = (id, from, text = "hi", time = "2026-03-04T02:00:00Z") => ({ id, from, text, date: time });

// What a reader sees, from top to bottom. A message of a group has no author above it.
export function seen({ $list }) {
  return $list
    .children()
    .get()
    .map((item) => {
      if (item.matches(".day")) return `[${$(item).text()}]`;
      if (item.matches(".unread")) return `[${$(item).text()}]`;
      const text = $(item).find(".text").text();
      return item.matches(".grouped") ? text : `${$(item).find(".from").text()}: ${text}`;
    });
}

export function insertAll(view, ...messages) {
  messages.forEach((message) => view.insert(message, null));
}

export const mark = (view, id) => {
  const [element] = $(view.element(id)).find(".mark");
  return element.hidden ? null : element.textContent;
};
