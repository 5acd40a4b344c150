"use strict";

// Wires the parts of the chat page together: the one script that knows them all.
jQuery(($) => {
  const { words } = chat;
  const page = JSON.parse(document.getElementById("page").textContent);
  const $field = $("#text");
  const $problem = $("#text-problem");
  const $status = $("#status");

  $(".messages time").each((_, element) => chat.showLocalTime(element));

  const $list = $(".messages");
  const view = chat.messageView({
    $,
    $list,
    template: document.getElementById("message"),
    user: page.user,
    showLocalTime: chat.showLocalTime,
  });
  const log = chat.messageLog({ shownIds: view.shownIds(), insert: view.insert });
  const newest = chat.stayAtNewest($(".log")[0], $list[0]);

  const list = chat.messageList({ ajax: $.ajax, url: page.messagesUrl, user: page.user, words });
  const catchUp = chat.catchUp({ latest: list.latest, add: log.add });

  const composer = chat.composer({
    field: $field[0],
    post: list.post,
    maxLength: page.maxTextLength,
    words,
    onSent(message) {
      log.add(message);
      newest.show();
    },
    showProblem(text) {
      $problem.text(text);
      $field.attr("aria-invalid", text ? "true" : null);
    },
    showSending: (sending) => $("#composer").attr("aria-busy", sending ? "true" : null),
  });
  $("#composer").on("submit", (event) => {
    event.preventDefault();
    composer.send();
  });
  $field.on("keydown", (event) => composer.keydown(event.originalEvent));

  const status = chat.connectionStatus({ say: (text) => $status.text(text), words });
  const stream = chat.eventStream({
    ReconnectingEventSource,
    url: page.eventsUrl,
    lastEventId: page.lastEventId,
    onMessage: log.add,
    onReset: catchUp.start,
    onOpen: status.back,
    onLost: status.lost,
    onError: status.stopped,
  });
  status.lost(); // until the stream opens
  stream.open();

  // A page that comes back from the browser's back-forward cache has a dead stream that says it is open.
  $(window).on("pageshow", (event) => event.originalEvent.persisted && stream.open());

  $("#composer fieldset").prop("disabled", false);
  if (matchMedia("(pointer: fine)").matches) $field.trigger("focus"); // a phone would open its keyboard
});
