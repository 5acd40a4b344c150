"use strict";

globalThis.chat ??= {};

// Gives one's own messages, those whose key is known, their buttons: Edit, and Delete, which asks once.
//
// keyOf(message) returns its key or null. remove({id, key}): see message_list.js; onChanged(message) is handed what it
// promises.
chat.messageTools = function ({ $, $list, tools, question, user, keyOf, onEdit, remove, onChanged }) {
  const messages = new WeakMap(); // by element
  let editedId = null;

  $list.on("click", ".message", ({ currentTarget }) => {
    $list.children(".chosen").removeClass("chosen"); // what hovering shows to a mouse, a tap shows to a finger
    $(currentTarget).addClass("chosen");
  });

  // Is told of every message that is drawn, and drawn again.
  function decorate(element, message) {
    if (message.id === undefined || message.from !== user) return;
    messages.set(element, message);
    const $item = $(element).toggleClass("being-edited", message.id === editedId);
    if (keyOf(message) === null) $item.children(".tools").remove();
    else if ($item.children(".tools").length === 0) addTools($item, message);
  }

  function addTools($item, { id }) {
    const $tools = $(tools.content.firstElementChild.cloneNode(true));
    const textId = `text-of-${id}`;
    $item.find(".text").attr("id", textId);
    $tools.find("button").attr("aria-describedby", textId); // there are many called "Edit"
    $tools.find(".edit").on("click", () => edit($item[0]));
    $tools.find(".delete").on("click", () => ask($item));
    $item.append($tools);
  }

  function edit(element) {
    const message = messages.get(element);
    onEdit({ ...message, key: keyOf(message) });
  }

  // Returns whether there is one.
  function editLast() {
    const last = $list.children().has("> .tools").get().at(-1);
    if (!last) return false;
    edit(last);
    return true;
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
      if (key === "Escape") keep(); // to return false would swallow every other key
    });
    $question.find(".keep").on("click", keep);
    $question.find(".really").on("click", () => isAnswered($question) || reallyDelete($item[0], $question));
    $item.addClass("asking").append($question);
    $question.find(".keep").trigger("focus")[0].scrollIntoView({ block: "nearest" });
  }

  function isAnswered($question) {
    return $question.find("[aria-disabled]").length > 0;
  }

  async function reallyDelete(element, $question) {
    const $problem = $question.find(".problem").text("");
    const $buttons = $question.find("button").attr("aria-disabled", "true");
    const message = messages.get(element);
    try {
      onChanged(await remove({ id: message.id, key: keyOf(message) }));
    } catch (failure) {
      $problem.text(failure.message);
    }
    $buttons.removeAttr("aria-disabled");
  }

  // Shows which message is being edited; null: none.
  function mark(id) {
    editedId = id;
    $list.children(".being-edited").removeClass("being-edited");
    find(id)?.classList.add("being-edited");
    find(id)?.scrollIntoView({ block: "nearest" });
  }

  // A key has become known.
  function refresh(id) {
    const element = find(id);
    if (messages.has(element)) decorate(element, messages.get(element));
  }

  function find(id) {
    return $list.children(`[data-id="${id}"]`)[0];
  }

  return { decorate, editLast, mark, refresh };
};
