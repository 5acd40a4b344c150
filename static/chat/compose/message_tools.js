// Gives the person's own messages their buttons: Edit, and Delete, which asks first.
//
// isOwn(message) and keyOf(message): see identity.js. get(id) returns a message of the window; see store.js.
// isMarked(id): whether it is being edited. remove({id, key}): see messages_api.js. onChanged(message) takes the
// deleted message.
export function createMessageTools({ $, $list, tools, question, isOwn, get, keyOf, isMarked, remove, onChanged }) {
  $list.on("click", ".message", ({ currentTarget }) => {
    $list.children(".chosen").removeClass("chosen"); // a mouse shows the buttons by hovering, a finger by tapping
    $(currentTarget).addClass("chosen");
  });
  $list.on("click", ".tools .delete", ({ currentTarget }) => ask($(currentTarget).closest(".message")));

  // Call this after a message was drawn, and when it may have become an own one.
  function update(id) {
    const message = get(id);
    if (message === undefined) return;
    const $item = find(id);
    $item.toggleClass("being-edited", isMarked(id));
    if (!isOwn(message)) $item.children(".tools").remove();
    else if ($item.children(".tools").length === 0) addTools($item, id);
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
