import { createBackOff } from "../lib/back_off.js";
import { randomId } from "../lib/random_id.js";
import { strings } from "../lib/strings.js";
import { createComposer } from "./composer.js";
import { createCounter } from "./counter.js";
import { createDraft } from "./draft.js";
import { createEditMark } from "./edit_mark.js";
import { createEditing } from "./editing.js";
import { createGrow } from "./grow.js";
import { createMessageTools } from "./message_tools.js";
import { createOutbox } from "./outbox.js";
import { createPendingStore } from "./pending_store.js";
import { createPendingView } from "./pending_view.js";

// Lets a person write: the composer with its draft, the outbox, and changes of the person's own messages.
//
// page: what the server says in <script id="page">. identity: see identity.js. draw(message, own): see message_view.js.
// moment(date): see local_time.js. onSaid(): called when the person sends a message. latest() leads to the room's
// newest messages. share(address): see share.js. leave() moves the focus away from an element that goes.
export function createComposePanel({
  $,
  page,
  storage,
  identity,
  api,
  store,
  stream,
  draw,
  moment,
  onSaid,
  latest,
  share,
  leave,
}) {
  const template = (id) => document.getElementById(id);
  const $field = $($("#text")[0] ?? "<textarea>"); // without the right to write, the page has no form
  const $messages = $(".messages");
  const $send = $("#composer [type=submit]");
  const isOwn = page.mayWrite === false ? () => false : identity.isOwn; // only who may write may change a message
  const $editing = $(".editing");
  const sendName = $send.attr("title");
  let roomState = { locked: page.locked, slow: page.slow, paused: page.paused }; // who may write
  const editingText = $("#editing").text();

  const editMark = createEditMark($messages);
  const tools = createMessageTools({
    $,
    $list: $messages,
    tools: template("tools"),
    question: template("deletion"),
    isOwn,
    get: store.get,
    keyOf: identity.keyOf,
    isMarked: editMark.isMarked,
    remove: api.remove,
    onChanged: store.change,
    share,
  });

  const pendingStore = createPendingStore({ storage, room: page.room, user: page.user });
  const pendingView = createPendingView({
    $,
    $list: $(".outbox"),
    template: template("pending"),
    draw: (message) => draw({ ...message, author: identity.mark() }, true),
    moment,
    user: page.user,
    leave,
  });
  const outbox = createOutbox({
    store: pendingStore,
    post: api.post,
    newId: randomId,
    show: pendingView.show,
    hide: pendingView.hide,
    keepKey: identity.keepKey,
    onSent(message) {
      store.add(message);
      if (roomState.paused) showRoom({ paused: "" });
      stream.wake(); // the server answers, so a lost stream need not wait for its next attempt
    },
    onPaused: (paused) => showRoom({ paused }),
    backOff: createBackOff(),
  });

  const draft = createDraft({ storage, room: page.room, user: page.user });
  const counter = createCounter({ maxLength: page.maxTextLength, show: (text) => $("#counter").text(text) });
  const grow = createGrow($field[0]);
  const composer = createComposer({
    field: $field[0],
    draft,
    send(text) {
      outbox.add(text);
      onSaid();
    },
    maxLength: page.maxTextLength,
    showProblem,
    onText(text) {
      counter.update(text);
      grow();
    },
    isTouch: () => matchMedia("(pointer: coarse)").matches,
  });
  const editing = createEditing({
    composer,
    kept: createDraft({ storage, room: page.room, user: page.user, kind: "edit" }),
    edit: api.edit,
    maxLength: page.maxTextLength,
    showProblem,
    show: showEditing,
    onChanged: store.change,
  });

  function showProblem(text) {
    $("#text-problem").text(text);
    $field.attr("aria-invalid", text ? "true" : null);
  }

  function showEditing({ id, saving }) {
    $editing.prop("hidden", id === null);
    $("#editing").text(saving ? strings.savingNow : editingText);
    $("#editing-said").text(id === null ? "" : $("#editing").text());
    const name = id === null ? sendName : strings.save;
    $send.attr({ "aria-label": name, title: name });
    $("#composer").toggleClass("saves", id !== null);
    $field.prop("readOnly", saving);
    $send.add($editing.find("button")).attr("aria-disabled", saving ? "true" : null);
    editMark.mark(id);
  }

  // Who may write now has changed.
  function showRoom(news) {
    const goesOn = roomState.paused && news.paused === "";
    roomState = { ...roomState, ...news };
    $("#room-state").text(strings.roomState(roomState));
    if (goesOn) outbox.goOn();
    else if (!news.paused) outbox.send(); // a slow room may not be slow any more
  }

  function showLeftOver() {
    const links = pendingStore.waitingAsOthers().map(([name, count]) =>
      $("<a>")
        .attr("href", location.pathname)
        .text(strings.waitsElsewhere(count, name))
        .on("click", (event) => {
          event.preventDefault();
          location.search = new URLSearchParams({ user: name });
        }),
    );
    $("#left-over").empty().append(links);
  }

  function edit(message) {
    editing.start(message);
    $field.trigger("focus");
  }

  // Returns whether there may be something to edit. The last message may be one that is not sent yet, or newer than all
  // that the window shows.
  function editLast() {
    if (!outbox.isEmpty()) return false;
    if (!store.isLive()) return findLast(), true;
    const message = tools.last();
    if (message !== null) edit(message);
    return message !== null;
  }

  async function findLast() {
    await latest();
    if (store.isLive() && $field.val() === "") editLast();
  }

  function rewrite(tag) {
    editing.leave();
    outbox.rewrite(tag, composer.append);
    $field.trigger("focus");
  }

  // Another tab wrote to the storage.
  function followStorage({ originalEvent }) {
    outbox.discard(pendingStore.tagRemoved(originalEvent));
    if (pendingStore.isAbout(originalEvent)) showLeftOver(); // it reads the names of all items
    const draftElsewhere = draft.changedElsewhere(originalEvent);
    if (draftElsewhere) composer.follow(draftElsewhere);
  }

  // The page is about to close.
  function hurry() {
    const item = outbox.next();
    if (item !== null) api.hurry(item);
  }

  store.listen({
    received(message) {
      outbox.settle(message);
      tools.update(message.id);
    },
    changed(message) {
      editing.changed(message);
      tools.update(message.id);
    },
  });
  identity.listen({ changed: (id) => (id === undefined ? tools.updateAll() : tools.update(id)) });
  stream.listen({
    opened: outbox.send,
    refused() {
      const hadFocus = $field.is(":focus");
      $field.add($send).prop("disabled", true);
      if (hadFocus) $(".refusal:visible").trigger("focus");
    },
  });

  if (page.mayWrite === false) $(template("pending").content).find(".rewrite").remove();
  tools.onEdit(edit);
  pendingView.onPress("resend", outbox.resend);
  pendingView.onPress("rewrite", rewrite);
  pendingView.onPress("discard", outbox.discard);
  $("#composer").on("submit", (event) => {
    event.preventDefault();
    composer.submit();
  });
  $send.on("mousedown", false); // the field keeps the focus, and a phone its keyboard
  $field.on({
    input: composer.typed,
    keydown: ({ originalEvent }) => composer.keydown(originalEvent, editLast),
  });
  $editing.find("button").on("click", () => {
    editing.leave();
    leave();
  });
  $(window).on({ online: outbox.send, pagehide: hurry, storage: followStorage, resize: grow });

  // Shows what an earlier page left. start() goes on with it, when the store has the room's messages.
  function restore() {
    composer.restore();
    showLeftOver();
    outbox.restore();
  }

  function start() {
    editing.restore({ get: store.get, isOwn, keyOf: identity.keyOf });
    outbox.send();
  }

  return { restore, start, showRoom };
}
