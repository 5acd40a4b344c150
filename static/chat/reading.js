"use strict";

globalThis.chat ??= {};

// Wires together what shows the room: the log and its window onto the history, what is new and what was read.
//
// page: what the server knows; see chat/pages.py. list: see message_list.js. decorate(element, message) is called for
// each message drawn or drawn anew. onUnread(count, message): so many of others were not seen yet; the message is the
// one that has just come, or null. focus() takes the focus when its button or message goes.
chat.reading = function ({ $, page, list, words, storage, decorate, onUnread, focus }) {
  const HASH = /^#m(\d{1,15})$/;
  const MINUTE_MS = 60_000;
  const FAR_SCREENS = 3; // from the end: then a button leads back

  const $log = $(".log");
  const $list = $(".messages");
  const $older = $(".older");
  const $newest = $(".newest");
  const $notice = $("#reading-notice");
  const scroller = $log[0];
  const template = (id) => document.getElementById(id);

  const view = chat.messageView({
    $,
    $list,
    templates: { message: template("message"), day: template("day"), unread: template("unread") },
    user: page.user,
    localTime: chat.localTime({ words }),
    richText: chat.richText(page.user).parse,
    decorate,
    focusLost: () => $log.trigger("focus"),
  });
  const shown = view.adopt();
  const log = chat.messageLog({
    shown,
    older: page.more,
    live: page.atEnd,
    view: {
      insert: (message, nextId) => (nextId === null ? view.insert(message, null) : keep(() => view.insert(message, nextId))),
      redraw: (message) => keep(() => view.redraw(message)),
      remove: (ids) => keep(() => view.remove(ids)),
    },
    nearEnd: () => scroller.scrollTop + scroller.clientHeight / 2 > scroller.scrollHeight / 2,
    onForeign: () => location.reload(),
  });
  const end = chat.stayAtNewest({ scroller, content: $(".lists")[0], isLive: log.isLive, onLook: look });
  const keep = chat.keepPlace({ scroller, list: $list[0], isFollowing: end.isFollowing, onMoved: end.moved });
  const lastRead = chat.lastRead({ storage, room: page.room, user: page.user });
  const unread = chat.unread({
    lastRead,
    user: page.user,
    isSeen: () => document.visibilityState === "visible" && end.isFollowing(),
    setLine: (id) => keep(() => view.setUnreadLine(id)),
    onCount(count, message) {
      renewButton();
      onUnread?.(count, message);
    },
  });
  const announcer = chat.announcer({ element: template("announcer"), words });
  const history = chat.history({
    list,
    log,
    scroller,
    keep,
    point,
    showNewest: end.show,
    say: (text) => $notice.text(text),
    words,
  });

  // Takes a message that the room, or the answer to a POST, tells.
  function add(message) {
    if (!log.add(message)) return;
    unread.told(message);
    if (message.from !== page.user) announcer.told(message);
  }

  // Takes one that was edited or deleted.
  function change(message) {
    log.change(message);
    if (message.deleted) unread.forget(message.id);
  }

  function look() {
    history.look();
    unread.look();
    renewButton();
    $older.prop("hidden", !log.hasOlder());
  }

  function renewButton() {
    const text = unread.count() > 0 ? words.newMessages(unread.count()) : words.toNewest;
    const wanted = !end.isFollowing() && (unread.count() > 0 || isFarFromEnd());
    $newest.prop("hidden", !wanted).find("button").text(text);
  }

  function isFarFromEnd() {
    return !log.isLive() || scroller.scrollHeight - scroller.scrollTop > FAR_SCREENS * scroller.clientHeight;
  }

  function point(id) {
    const item = view.element(id);
    $list.children(".target").removeClass("target");
    $(item).addClass("target").attr("tabindex", -1);
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "center" });
    end.moved();
    look();
  }

  function followHash() {
    const [, id] = HASH.exec(location.hash) ?? [];
    if (id) history.jump(Number(id));
  }

  // One's own message is about to come.
  function toNewest() {
    view.setUnreadLine(null);
    history.latest();
  }

  $older.on("click", "a", (event) => {
    event.preventDefault();
    history.older();
  });
  $newest.on("click", "button", () => {
    history.latest();
    focus();
  });
  // A link to a message of this room, wherever it was written, leads there without a new page.
  $list.on("click", ".text a", (event) => {
    const { origin, pathname, hash } = event.currentTarget;
    if (origin !== location.origin || pathname !== location.pathname || !HASH.test(hash)) return;
    event.preventDefault();
    if (location.hash === hash) followHash();
    else location.hash = hash;
  });
  $(window).on({
    hashchange: followHash,
    pagehide: lastRead.flush,
    storage({ originalEvent }) {
      const id = lastRead.readElsewhere(originalEvent);
      if (id !== null) unread.readTo(id);
    },
  });
  $(document).on("visibilitychange", () => {
    lastRead.flush();
    view.renewDays();
    look();
  });
  setInterval(view.renewDays, MINUTE_MS);

  unread.open(shown, page.newest, page.more);
  followHash();
  look();

  return { shown, draw: view.draw, add, change, toNewest };
};
