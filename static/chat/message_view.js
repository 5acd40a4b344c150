"use strict";

globalThis.chat ??= {};

// Draws a message from the page's <template>. What people wrote goes through .text() and nothing else.
chat.messageView = function ({ $, $list, template, user, showLocalTime }) {
  function draw(message) {
    const $item = $(template.content.firstElementChild.cloneNode(true));
    $item.attr("data-id", message.id).toggleClass("own", message.from === user);
    $item.find(".from").text(message.from);
    $item.find(".text").text(message.text);
    showLocalTime($item.find("time").attr("datetime", message.date)[0]);
    return $item;
  }

  function shownIds() {
    return $list
      .children("[data-id]")
      .get()
      .map((item) => Number(item.dataset.id));
  }

  function insert(message, nextId) {
    const $item = draw(message);
    if (nextId === null) $list.append($item);
    else $item.insertBefore($list.children(`[data-id="${nextId}"]`));
  }

  return { shownIds, insert };
};
