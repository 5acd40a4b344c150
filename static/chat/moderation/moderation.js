import { createAct } from "./act.js";

// Gives each message a button for moderators, which opens a dialog, and connects the buttons for the room.
//
// In the page, a button's data attributes say what it does: the fields of POST /-/moderate/, but the room, the message
// and the value of a field next to the button. The template of the button has the sentences: only moderators get them.
export function createModeration({ $, page, ajax, MutationObserver = globalThis.MutationObserver }) {
  const $list = $(".messages");
  const $dialog = $("#moderation");
  const $room = $("#room-moderation");
  const template = document.getElementById("moderate");
  const button = template.content.firstElementChild;
  const { working, done, removed, failed } = template.dataset;
  const act = createAct({ ajax, url: page.moderateUrl, room: page.room, token: page.csrfToken });
  let message = null; // the id of the dialog's message

  function addButtons() {
    $list.children("[data-id]:not(:has(> .moderate))").append(() => button.cloneNode(true));
  }

  function open({ currentTarget }) {
    const $message = $(currentTarget).closest("[data-id]");
    message = $message.attr("data-id");
    $dialog.find(".from").text($message.find(".from").text());
    $dialog.find(".text").text($message.find(".text").text());
    $dialog.find(".result").text("");
    $dialog[0].showModal();
  }

  async function press($place, { currentTarget }, about) {
    const $buttons = $place.find("[data-action]");
    const $result = $place.find(".result");
    if ($buttons.is("[aria-disabled]")) return;
    $buttons.attr("aria-disabled", "true");
    $result.text(working);
    try {
      const count = await act({ ...fieldsOf($(currentTarget)), ...about });
      $result.text(count === 0 ? done : removed.replace("{count}", count));
    } catch ({ responseJSON, status }) {
      const reasons = responseJSON?.errors?.map((error) => error.message).join(" ");
      $result.text(reasons ?? failed.replace("{status}", status));
    }
    $buttons.removeAttr("aria-disabled");
  }

  function fieldsOf($button) {
    const $field = $button.siblings("select");
    return { ...$button.data(), ...($field.length && { [$field.attr("name")]: $field.val() }) };
  }

  $list.on("click", ".moderate", open);
  $dialog.on("click", "[data-action]", (event) => press($dialog, event, { message }));
  $room.on("click", "[data-action]", (event) => press($room, event, {}));
  new MutationObserver(addButtons).observe($list[0], { childList: true });
  addButtons();
}
