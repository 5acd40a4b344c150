// Marks the message that is being edited.
export function createEditMark($list) {
  let markedId = null;

  // null: no message is being edited.
  function mark(id) {
    markedId = id;
    $list.children(".being-edited").removeClass("being-edited");
    const $item = $list.children(`[data-id="${id}"]`).addClass("being-edited");
    $item[0]?.scrollIntoView({ block: "nearest" });
  }

  return { mark, isMarked: (id) => id === markedId };
}
