"use strict";

globalThis.chat ??= {};

// Draws what waits to be sent: a message with a second <template> below it that says what becomes of it.
//
// draw({from, text, date}) returns the message's element. leave() takes the focus when its button goes.
chat.pendingView = function ({ $, $list, template, draw, user, onResend, onRewrite, onDiscard, leave }) {
  function show(item) {
    const $shown = find(item.tag);
    const $item = $shown.length ? $shown : add(item);
    const failed = item.problem !== "";
    const hadFocus = hasFocus($item);
    $item.toggleClass("failed", failed);
    $item.find(".sending").prop("hidden", failed);
    $item.find(".problem").text(item.problem);
    $item.find(".actions").prop("hidden", !failed);
    $item.find(".rewrite").prop("hidden", !item.refused);
    if (hadFocus && !failed) leave();
  }

  function add({ tag, text, typedAt }) {
    const $item = draw({ from: user, text, date: new Date(typedAt).toISOString() });
    const textId = `pending-${tag}`;
    $item.addClass("pending").attr("data-tag", tag).append(template.content.cloneNode(true));
    $item.find(".text").attr("id", textId);
    $item.find("button").attr("aria-describedby", textId); // several may be called "Resend"
    $item.find(".resend").on("click", () => onResend(tag));
    $item.find(".rewrite").on("click", () => onRewrite(tag));
    $item.find(".discard").on("click", () => onDiscard(tag));
    return $item.appendTo($list);
  }

  function hide(tag) {
    const $item = find(tag);
    const hadFocus = hasFocus($item);
    $item.remove();
    if (hadFocus) leave();
  }

  function find(tag) {
    return $list.children().filter((_, element) => element.dataset.tag === tag);
  }

  function hasFocus($item) {
    return $item.find(":focus").length > 0;
  }

  return { show, hide };
};
