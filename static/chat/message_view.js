"use strict";

globalThis.chat ??= {};

// Draws a message from the page's <template>. What people wrote goes through .text() and nothing else.
chat.messageView = function ({ $, $list, template, user, showLocalTime }) {
  const elements = new Map(); // by id: to look for one among thousands for each insertion would take too long
  $list.children("[data-id]").each((_, element) => elements.set(Number(element.dataset.id), element));

  function draw({ from, text, date }) {
    const $item = $(template.content.firstElementChild.cloneNode(true));
    $item.toggleClass("own", from === user);
    $item.find(".from").text(from);
    $item.find(".text").text(text);
    showLocalTime($item.find("time").attr("datetime", date)[0]);
    return $item;
  }

  // Returns what the server drew, oldest first: {id, from, text, date} and the tag, if it has one.
  function shown() {
    return $list
      .children("[data-id]")
      .get()
      .map((item) => ({
        id: Number(item.dataset.id),
        from: $(item).find(".from").text(),
        text: $(item).find(".text").text(),
        date: $(item).find("time").attr("datetime"),
        tag: item.dataset.tag,
      }));
  }

  function insert(message, nextId) {
    const $item = draw(message).attr({ id: `m${message.id}`, "data-id": message.id });
    $item.find(".when").attr("href", `#m${message.id}`);
    if (nextId === null) $list.append($item);
    else $item.insertBefore(elements.get(nextId));
    elements.set(message.id, $item[0]);
  }

  return { draw, shown, insert };
};
