"use strict";

globalThis.chat ??= {};

// Wires what a person writes together: the composer with its draft, the outbox, and changes of one's own messages.
//
// list: see message_list.js. draw(message): see message_view.js. add(message) and change(message) take what the
// server answers; onSaid() is called when something was said, onSent() when it has arrived. leave() takes the focus
// when what has it goes.
chat.writing = function ({ $, page, words, storage, list, $messages, draw, add, change, onSaid, onSent, leave }) {
  const $field = $("#text");
  const $send = $("#composer [type=submit]");
  const $editing = $(".editing");
  const sendWord = $send.text();
  const editingWords = $("#editing").text();

  const keys = chat.ownKeys({ storage, room: page.room, readJson: chat.readJson });
  const draft = chat.draft({ storage, room: page.room, user: page.user });
  const counter = chat.counter({ maxLength: page.maxTextLength, words, show: (text) => $("#counter").text(text) });

  const store = chat.pendingStore({ storage, room: page.room, user: page.user, readJson: chat.readJson });
  const pending = chat.pendingView({
    $,
    $list: $(".outbox"),
    template: document.getElementById("pending"),
    draw,
    user: page.user,
    onResend: (tag) => outbox.resend(tag),
    onRewrite(tag) {
      editing.leave();
      outbox.rewrite(tag, composer.append);
      $field.trigger("focus");
    },
    onDiscard: (tag) => outbox.discard(tag),
    leave,
  });
  const outbox = chat.outbox({
    store,
    post: list.post,
    user: page.user,
    newId: chat.randomId,
    words,
    show: pending.show,
    hide: pending.hide,
    keepKey(message, key) {
      keys.keep(message, key);
      tools.refresh(message.id); // it may be on the screen already
    },
    onSent(message) {
      if (message.deleted === undefined) add(message);
      else change(message);
      onSent();
    },
    backOff: chat.backOff(),
  });

  const composer = chat.composer({
    field: $field[0],
    draft,
    hand(text) {
      outbox.add(text);
      onSaid();
    },
    maxLength: page.maxTextLength,
    words,
    showProblem,
    onText: counter.update,
    editLast: () => tools.editLast(),
  });
  const editing = chat.editing({
    composer,
    edit: list.edit,
    maxLength: page.maxTextLength,
    words,
    showProblem,
    show: showEditing,
    onChanged: change,
  });
  const tools = chat.messageTools({
    $,
    $list: $messages,
    tools: document.getElementById("tools"),
    question: document.getElementById("deletion"),
    user: page.user,
    keyOf: keys.keyOf,
    onEdit(message) {
      editing.start(message);
      $field.trigger("focus");
    },
    remove: list.remove,
    onChanged: change,
  });

  function showProblem(text) {
    $("#text-problem").text(text);
    $field.attr("aria-invalid", text ? "true" : null);
  }

  function showEditing({ id, saving }) {
    $editing.prop("hidden", id === null);
    $("#editing").text(saving ? words.savingNow : editingWords);
    $send.text(id === null ? sendWord : words.save);
    $field.prop("readOnly", saving);
    $send.add($editing.find("button")).attr("aria-disabled", saving ? "true" : null);
    tools.mark(id);
  }

  function showLeftOver() {
    const links = store.waitingAsOthers().map(([name, count]) =>
      $("<a>")
        .attr("href", `?${new URLSearchParams({ user: name })}`)
        .text(words.waitsElsewhere(count, name)),
    );
    $("#left-over").empty().append(links);
  }

  function stored({ originalEvent }) {
    outbox.discard(store.tagRemoved(originalEvent));
    showLeftOver();
    const other = draft.changedElsewhere(originalEvent);
    if (other) composer.follow(other);
    tools.refresh(keys.keptElsewhere(originalEvent));
  }

  $("#composer").on("submit", (event) => {
    event.preventDefault();
    composer.submit();
  });
  $field.on({
    input: composer.typed,
    keydown: ({ originalEvent }) => composer.keydown(originalEvent),
  });
  $editing.find("button").on("click", () => {
    editing.leave();
    leave();
  });
  $(window).on("storage", stored);

  // shown: the messages that are in the page already.
  function begin(shown) {
    composer.restore();
    showLeftOver();
    outbox.restore();
    shown.forEach(outbox.settle);
    outbox.send();
  }

  function hurry() {
    const item = outbox.next();
    if (item !== null) list.hurry(item);
  }

  return { begin, hurry, send: outbox.send, settle: outbox.settle, changed: editing.changed, decorate: tools.decorate };
};
