import { isLookedAt } from "../lib/is_looked_at.js";
import { strings } from "../lib/strings.js";
import { createFollowNewest } from "./follow_newest.js";
import { createGap } from "./gap.js";
import { createHistory } from "./history.js";
import { createLastRead } from "./last_read.js";
import { createLocalTime } from "./local_time.js";
import { createMessageView } from "./message_view.js";
import { createScrollAnchor } from "./scroll_anchor.js";
import { createUnread } from "./unread.js";

// Shows the room: the window onto its history, and which messages are new.
//
// page: what the server says in <script id="page">. identity: see identity.js. isFilled(): see gap.js. onUnread(count,
// message): the reader has not seen so many messages of others; message is the one that has just come, or null. leave()
// moves the focus away from an element that goes.
export function createRoomView({ $, page, storage, identity, api, store, isFilled, onUnread, leave }) {
  const HASH = /^#m(\d{1,15})$/;
  const MINUTE_MS = 60_000;
  const FAR_SCREENS = 3; // so far from the end, a button leads back

  const $log = $(".log");
  const $list = $(".messages");
  const $older = $(".older");
  const $newest = $(".newest");
  const $backlog = $(".backlog");
  const $notice = $("#reading-notice");
  let backlog = null; // what was unread when the page opened, until the reader has seen where it begins
  const scroller = $log[0];
  const template = (id) => document.getElementById(id);

  const localTime = createLocalTime();
  const view = createMessageView({
    $,
    $list,
    templates: { message: template("message"), day: template("day"), unread: template("unread") },
    user: page.user,
    isOwn: identity.isOwn,
    localTime,
    home: new URL(page.home ?? ".", location).href,
    focusLost: (next) => (next ? $(next).find(".when") : $log).trigger("focus"),
  });
  const end = createFollowNewest({
    scroller,
    content: $(".lists")[0],
    isLive: store.isLive,
    firstUnread: () => view.element(unread.firstId()),
  });
  const gap = createGap({ isFilled, onEnd: look });
  const anchor = createScrollAnchor({
    scroller,
    list: $list[0],
    isFollowing: end.isFollowing,
    onMoved: end.moved,
  });
  const lastRead = createLastRead({ storage, room: page.room, user: page.user });
  const unread = createUnread({
    lastRead,
    isOwn: identity.isOwn,
    isSeen: () => isLookedAt(document) && !gap.isLate() && end.isFollowing(),
    setLine: (id) => anchor(() => view.setUnreadLine(id)),
    onCount(count, message) {
      updateButton(count);
      onUnread(count, message);
    },
  });
  const history = createHistory({
    api,
    store,
    scroller,
    anchor,
    point,
    showNewest: end.show,
    showProblem: (text) => $notice.text(text),
  });

  function updateButton(unreadCount) {
    const isWanted = !end.isFollowing() && (unreadCount > 0 || isFarFromEnd());
    const text = unreadCount > 0 ? strings.newSince(unreadCount, localTime.moment(unread.since())) : strings.toNewest;
    $newest.prop("hidden", !isWanted).find("button").toggleClass("quiet", unreadCount === 0).find("span").text(text);
  }

  // Until the reader has seen the unread line, a button leads up to it. The page may not know yet where it is.
  function showBacklog() {
    if (backlog === null) return;
    const line = view.unreadLine();
    if (line && line.getBoundingClientRect().bottom > scroller.getBoundingClientRect().top) return forgetBacklog();
    const all = line ? view.unreadMessages() : [];
    backlog.first ??= all[0];
    backlog.text ??= all.length ? strings.newSince(all.length, localTime.moment(all[0].date)) : null;
    const text = backlog.text ?? strings.moreThanNew(backlog.count);
    $backlog.prop("hidden", false).find("span").text(text);
  }

  function forgetBacklog() {
    backlog = null;
    $backlog.prop("hidden", true);
  }

  function toBacklog() {
    if (backlog.first && store.isShown(backlog.first.id)) history.jump(backlog.first.id);
    else history.jumpAfter(backlog.after);
  }

  function isFarFromEnd() {
    return !store.isLive() || scroller.scrollHeight - scroller.scrollTop > FAR_SCREENS * scroller.clientHeight;
  }

  // The reader or the log has moved.
  function look() {
    history.look();
    unread.look();
    updateButton(unread.count());
    $older.prop("hidden", !store.hasOlder());
    showBacklog();
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

  // The address says where the reader is, for a reload. It is no step back in the browser's history.
  function setHash(hash) {
    if (location.hash === hash) return; // browsers limit how often a page may do this
    window.history.replaceState(null, "", location.pathname + location.search + hash);
  }

  function followHash() {
    const [, id] = HASH.exec(location.hash) ?? [];
    if (id) history.jump(Number(id));
  }

  // The reader's own message is about to come.
  function toNewest() {
    view.setUnreadLine(null);
    forgetBacklog();
    latest();
  }

  function latest() {
    setHash("");
    return history.latest();
  }

  store.listen({
    inserted(message, nextId) {
      if (nextId === null) view.insert(message, null);
      else anchor(() => view.insert(message, nextId));
    },
    updated: (message) => anchor(() => view.update(message)),
    removed: (ids) => anchor(() => view.remove(ids)),
    received(message, isNew) {
      if (!isNew) return;
      unread.add(message);
      if (end.isFollowing()) setHash(""); // or a reload would lead away from the end
    },
    changed: ({ id, deleted }) => deleted && unread.forget(id),
    cleared(id) {
      unread.readTo(id);
      forgetBacklog();
      look();
    },
    closed() {
      history.stop();
      unread.readTo(Infinity);
      forgetBacklog();
      look();
    },
  });

  identity.listen({
    changed(id) {
      anchor(() => view.refresh(id));
      unread.refresh();
    },
  });

  $older.find("a").attr("href", location.pathname);
  $older.on("click", "a", (event) => {
    event.preventDefault();
    history.older();
  });
  $backlog.on("click", "button", toBacklog);
  $newest.on("click", "button", () => {
    latest();
    leave();
  });
  // A link to a message of this room leads there without loading the page again.
  $list.on("click", ".text a, .when", (event) => {
    const { origin, pathname, hash } = event.currentTarget;
    if (origin !== location.origin || pathname !== location.pathname || !HASH.test(hash)) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // into another tab
    event.preventDefault();
    setHash(hash);
    followHash();
  });
  // Somebody folds or unfolds a long message.
  $list.on("change", ({ target }) => {
    if (!target.checked) target.scrollIntoView({ block: "nearest" });
    end.moved();
  });
  $(window).on({
    hashchange: followHash,
    "focus blur": look,
    pagehide: lastRead.flush,
    storage({ originalEvent }) {
      const id = lastRead.readElsewhere(originalEvent);
      if (id !== null) unread.readTo(id);
    },
  });
  $(document).on({
    visibilitychange() {
      lastRead.flush();
      view.renewDays();
      look();
    },
    freeze: gap.begin, // the browser stops a page that has been hidden for long
    resume: gap.close,
  });

  // Takes over the messages that the server drew.
  function open() {
    const messages = view.adopt();
    store.open(messages);
    const readTo = unread.open(messages, page.newest, page.more);
    if (readTo !== null) backlog = { after: readTo, count: unread.count(), first: null, text: null };
    end.start(look);
    followHash();
    look();
    setInterval(view.renewDays, MINUTE_MS);
  }

  return { open, draw: view.draw, nameOf: view.nameOf, moment: localTime.moment, toNewest, latest, gap };
}
