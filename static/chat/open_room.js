import { keepAboveKeyboard } from "./compose/above_keyboard.js";
import { createOwnKeys } from "./compose/own_keys.js";
import { takeTyping } from "./compose/take_typing.js";
import { createBackOff } from "./lib/back_off.js";
import { language } from "./lib/gettext.js";
import { followPage } from "./lib/page_life.js";
import { refuseFiles } from "./lib/refuse_files.js";
import { createSafeStorage } from "./lib/safe_storage.js";
import { strings } from "./lib/strings.js";
import { createAuthorKey } from "./room/author_key.js";
import { createIdentity } from "./room/identity.js";
import { createInitials } from "./room/initials.js";
import { createLastRead } from "./room/last_read.js";
import { createLocalTime } from "./room/local_time.js";
import { createMessagesApi } from "./room/messages_api.js";
import { createRoomView } from "./room/room_view.js";
import { createStore } from "./room/store.js";
import { createRefusals } from "./status/refusals.js";
import { isNewTab } from "./status/unread_rooms.js";
import { createCatchUp } from "./stream/catch_up.js";
import { createEventStream } from "./stream/event_stream.js";
import { createNewHistory } from "./stream/new_history.js";
import { createSharedStream } from "./stream/shared_stream.js";

// Opens a room's page: makes the parts and connects them. room_page.js and frame_page.js say what is special about theirs.
//
// What a script may use: it imports from its own folder and from lib/, and nothing else. Only the files in this folder
// import from several folders. Only those that a page starts with read the global jQuery; the others get `$` as an argument.
// tests/house/test_script_imports.py checks both. A script also gets what its test replaces, such as the storage.
//
// Messages come from the page, the stream, the catch-up, the history and the answers to POSTs. All of them enter the
// store, and the parts of the page listen to the store.
//
// page: what the server says in <script id="page">. createStatus, createCompose: make the parts that differ; see
// status_panel.js and compose_panel.js. fetch and sendBeacon: the browser's.
export function openRoom({ $, page, createStatus, createCompose, fetch, sendBeacon }) {
  $.ajaxSetup({ headers: { "Chat-Language": language } }); // of the reasons for a refusal
  const storage = createSafeStorage(
    () => localStorage,
    () => $("#storage-notice").text(strings.storageFull),
  );

  const notices = $(".refusal").get(); // none without a policy: then everybody may read everything

  const $log = $(".log");
  const $field = $("#text");
  const hasMouse = matchMedia("(pointer: fine)").matches; // on a phone, focus in the field would open the keyboard
  const leave = () => (hasMouse && $field.is(":enabled:visible") ? $field : $log).trigger("focus");

  const identity = createIdentity({
    storage,
    room: page.room,
    you: page.you,
    authorKey: createAuthorKey({ storage, user: page.known }),
    keys: createOwnKeys({ storage, room: page.room, user: page.known }),
  });
  const api = createMessagesApi({
    ajax: $.ajax,
    sendBeacon,
    url: page.messagesUrl,
    user: page.user,
    identity,
    onAnswer: (status, method) => refusals.answered(status, method),
  });

  const stream = createSharedStream({
    SharedWorker: window.SharedWorker,
    workerUrl: page.streamWorkerUrl,
    url: page.eventsUrl,
    list: notices.length ? page.messagesUrl : null,
    lastEventId: page.lastEventId,
    fetch,
    ownStream: (options) => createEventStream({ EventSource, backOff: createBackOff(), ...options }),
    isHidden: () => document.hidden,
  });

  const refusals = createRefusals({ notices, stream });
  const [scroller] = $log;
  const store = createStore({
    older: page.more,
    live: page.atEnd,
    nearEnd: () => scroller.scrollTop + scroller.clientHeight / 2 > scroller.scrollHeight / 2,
    onForeign: () => location.reload(),
  });

  stream.listen({ refused: store.close }); // before any part of the page hears of it

  const catchUp = createCatchUp({
    frontier: page.newest,
    after: api.after,
    since: api.since,
    store,
    backOff: createBackOff(),
  });
  const status = createStatus({
    $,
    page,
    storage,
    store,
    stream,
    isOwn: identity.isOwn,
    nameOf: (message) => room.nameOf(message),
    lastRead: (other) => createLastRead({ storage, room: other, user: page.user }).load(),
    showTime: createLocalTime().showBrief,
    initials: createInitials()(page.user),
    leave,
  });
  const room = createRoomView({
    $,
    page,
    storage,
    identity,
    api,
    store,
    isFilled: catchUp.isFilled,
    onUnread: status.showUnread,
    leave,
  });
  const compose = createCompose({
    $,
    page,
    storage,
    identity,
    api,
    store,
    stream,
    draw: room.draw,
    moment: room.moment,
    onSaid: room.toNewest,
    latest: room.latest,
    share: status.share,
    leave,
  });

  const history = createNewHistory({
    mark: page.history,
    storage: createSafeStorage(() => sessionStorage),
    reload: () => location.reload(),
  });
  const showState = (state) => $("html").attr("data-stream", state);
  stream.listen({
    message: catchUp.add,
    change: catchUp.change,
    room(news) {
      if (news.cleared !== undefined) store.clear(news.cleared);
      if (news.ids) store.removeAll(news);
      if (news.locked !== undefined) compose.showRoom(news);
    },
    reset: catchUp.reset,
    history: history.follow,
    opened() {
      showState("open");
      catchUp.resume();
      room.gap.close();
      identity.find();
    },
    lost() {
      showState("lost");
      room.gap.begin();
    },
    stopped: () => showState("stopped"),
    refused() {
      showState("refused");
      catchUp.stop();
      $("#moderation").remove();
    },
    allowed: () => location.reload(), // maybe under another name
  });
  $(document).on("visibilitychange", () => (document.hidden ? stream.hide() : stream.wake()));
  $(window).on({
    focus: stream.tryAgain,
    online() {
      stream.open();
      catchUp.resume();
    },
    storage({ originalEvent }) {
      identity.followStorage(originalEvent);
      if (isNewTab(originalEvent)) stream.tryAgain();
    },
  });
  // A browser does not keep a page with an open stream in its back-forward cache, or the stream is dead afterwards.
  followPage(window, { onClose: stream.close, onReturn: stream.open });
  refuseFiles(window);
  if ($field.length) takeTyping(document, $field[0]);
  keepAboveKeyboard({ root: document.documentElement, viewport: visualViewport });

  compose.restore();
  room.open();
  compose.start();
  identity.start(api.askMark);
  stream.open();

  const isLinked = document.activeElement !== document.body; // the address leads to a message, which has the focus
  if (hasMouse && !isLinked && !page.framed) $field.trigger("focus"); // in a frame, the page around it may have the focus
}
