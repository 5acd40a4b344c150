import { strings } from "../lib/strings.js";

// Draws unsent messages. Below each message a second <template> says whether it is being sent or has failed.
//
// moment(date): see local_time.js. draw({from, text, date}) returns the element of a message. leave() moves the focus
// away from a button that goes.
export function createPendingView({ $, $list, template, draw, moment, user, leave }) {
  function show(item) {
    const $shown = find(item.tag);
    const $item = $shown.length ? $shown : add(item);
    const failed = item.problem !== "";
    const hadFocus = hasFocus($item);
    $item.toggleClass("failed", failed);
    $item.find(".sending").prop("hidden", failed).text(item.tooFast ? strings.tooFast : strings.sending);
    $item.find(".problem").text(item.problem);
    $item.find(".actions").prop("hidden", !failed);
    $item.find(".rewrite").prop("hidden", !item.refused);
    if (hadFocus && !failed) leave();
  }

  function add({ tag, text, typedAt }) {
    const date = new Date(typedAt).toISOString();
    const $item = draw({ from: user, text, date });
    $item.find("time").text(moment(date)); // no day is above it
    const textId = `pending-${tag}`;
    $item.addClass("pending").attr("data-tag", tag).append(template.content.cloneNode(true));
    $item.find(".text").attr("id", textId);
    $item.find("button").attr("aria-describedby", textId); // several may be called "Resend"
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

  // Calls action(tag) when somebody presses a button of this class.
  function onPress(button, action) {
    $list.on("click", `.${button}`, ({ currentTarget }) => action(currentTarget.closest("[data-tag]").dataset.tag));
  }

  function hasFocus($item) {
    return $item.find(":focus").length > 0;
  }

  return { show, hide, onPress };
}
