// Gives messages their buttons: one that copies the message's link and, for the person's own, Edit, and Delete, which asks
// first.
//
// A message of somebody else has its button only once a pointer or the keyboard has been there: most never need it.
//
// isOwn(message) and keyOf(message): see identity.js. get(id) returns a message of the window; see store.js.
// isMarked(id): whether it is being edited. remove({id, key}): see messages_api.js. onChanged(message) takes the
// deleted message. share(address): see share.js.
export function createMessageTools({
  $,
  $list,
  tools,
  question,
  isOwn,
  get,
  keyOf,
  isMarked,
  remove,
  onChanged,
  share,
  setTimeout = globalThis.setTimeout,
  clearTimeout = globalThis.clearTimeout,
}) {
  const PRESS_MS = 400; // shorter than the press that selects a word
  const MOVED_PX = 10;
  let press = null; // a finger is down: {item, x, y, timer, isLong}

  // A mouse shows the buttons by hovering. A finger taps, or presses for long; a second tap hides them again.
  $list.on("pointerdown", ".message", ({ currentTarget, originalEvent: { pointerType, clientX: x, clientY: y } }) => {
    endPress();
    if (pointerType === "mouse") return;
    press = { item: currentTarget, x, y, isLong: false, timer: setTimeout(pressedLong, PRESS_MS) };
  });
  $list.on("pointermove", ({ originalEvent: { clientX, clientY } }) => {
    if (press && Math.hypot(clientX - press.x, clientY - press.y) > MOVED_PX) endPress();
  });
  $list.on("pointerup pointercancel", () => clearTimeout(press?.timer));
  $list.on("click", ".message", ({ currentTarget, target }) => {
    if (target.closest(".tools, .deletion, .moderate") || press?.isLong) return;
    choose(currentTarget.matches(".chosen") ? null : currentTarget);
  });
  $list.on("mouseenter focusin", ".message", ({ currentTarget }) => addLinkButton(currentTarget));

  function endPress() {
    clearTimeout(press?.timer);
    press = null;
  }

  function pressedLong() {
    press.isLong = true;
    choose(press.item);
  }

  function choose(item) {
    $list.children(".chosen").removeClass("chosen");
    if (item === null) return;
    addLinkButton(item);
    $(item).addClass("chosen");
  }

  function addLinkButton(item) {
    const $item = $(item);
    if ($item.children(".tools").length > 0) return;
    addTools($item, $item.attr("data-id"));
    $item.children(".tools").find(".edit, .delete").remove();
  }

  $list.on("click", ".tools .link", ({ currentTarget }) =>
    share($(currentTarget).closest(".message").find(".when")[0].href),
  );
  $list.on("click", ".tools .delete", ({ currentTarget }) => ask($(currentTarget).closest(".message")));

  // Call this after a message was drawn, and when it may have become an own one.
  function update(id) {
    const message = get(id);
    if (message === undefined) return;
    const $item = find(id);
    $item.toggleClass("being-edited", isMarked(id));
    if ($item.children(".tools").find(".edit").length > 0 === isOwn(message)) return;
    $item.children(".tools").remove();
    if (isOwn(message)) addTools($item, id);
  }

  function updateAll() {
    $list.children("[data-id]").each((_, item) => update(Number(item.dataset.id)));
  }

  function addTools($item, id) {
    const $tools = $(tools.content.firstElementChild.cloneNode(true));
    const textId = `text-of-${id}`;
    $item.find(".text").attr("id", textId);
    $tools.find("button").attr("aria-describedby", textId); // many buttons have the name "Edit"
    $item.append($tools);
  }

  // Calls action(message) with the message and its key, or null, when somebody presses its Edit button.
  function onEdit(action) {
    $list.on("click", ".tools .edit", ({ currentTarget }) => action(withKey($(currentTarget).closest(".message"))));
  }

  // Returns the person's last message in the window, with its key; null if there is none.
  function last() {
    const $last = $list.children(".own").last();
    return $last.length ? withKey($last) : null;
  }

  function withKey($item) {
    const message = get(Number($item.attr("data-id")));
    return { ...message, key: keyOf(message) };
  }

  function ask($item) {
    $list.find(".deletion .keep").trigger("click"); // one question at a time
    const $question = $(question.content.firstElementChild.cloneNode(true));
    const keep = () => {
      if (isAnswered($question)) return;
      $question.remove();
      $item.removeClass("asking").find("> .tools .delete").trigger("focus");
    };
    $question.on("keydown", ({ key }) => {
      if (key === "Escape") keep(); // returning false here would swallow every other key
    });
    $question.find(".keep").on("click", keep);
    $question.find(".really").on("click", () => isAnswered($question) || reallyDelete($item, $question));
    $item.addClass("asking").append($question);
    $question.find(".keep").trigger("focus")[0].scrollIntoView({ block: "nearest" });
  }

  function isAnswered($question) {
    return $question.find("[aria-disabled]").length > 0;
  }

  async function reallyDelete($item, $question) {
    const $problem = $question.find(".problem").text("");
    const $buttons = $question.find("button").attr("aria-disabled", "true");
    const { id, key } = withKey($item);
    try {
      onChanged(await remove({ id, key }));
    } catch (failure) {
      $problem.text(failure.message);
    }
    $buttons.removeAttr("aria-disabled");
  }

  function find(id) {
    return $(`#m${id}`);
  }

  return { update, updateAll, onEdit, last };
}
