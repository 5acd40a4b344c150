"use strict";

globalThis.chat ??= {};

// Moves the window onto the room's history: older messages as the reader comes near the top, newer ones near the end
// while it is not live, the surroundings of a message anywhere, and back to the newest.
//
// list: see message_list.js; log: see message_log.js. keep(change) changes the log and not the reader's place.
// point(id) shows a message of the log to the reader, showNewest() the end. say(text) tells of trouble.
chat.history = function ({ list, log, scroller, keep, point, showNewest, say, words, now = Date.now }) {
  const SCREENS = 1.5; // so far ahead of the reader
  const PAUSE_MS = 2_000; // after a failure; scrolling would ask a hundred times a second

  let turn = 0; // of the fetch whose answer is wanted
  let busy = false;
  let failedAt = -Infinity;
  let again = null; // shows what the reader wants to see, and what could not be fetched yet

  // To be called whenever the reader or the log has moved.
  function look() {
    if (busy || Math.abs(now() - failedAt) < PAUSE_MS) return;
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const below = scrollHeight - clientHeight - scrollTop;
    if (again !== null) again();
    else if (log.hasOlder() && scrollTop < SCREENS * clientHeight) older();
    else if (!log.isLive() && below < SCREENS * clientHeight) newer();
  }

  async function fetch(request, show) {
    const mine = (turn += 1);
    busy = true;
    log.expect();
    let answer = null;
    try {
      answer = await request();
    } catch {
      // said below
    }
    if (turn !== mine) return;
    busy = false;
    if (answer === null) {
      log.expectNothing();
      failedAt = now();
      return say(words.historyFailed);
    }
    failedAt = -Infinity;
    say("");
    show(answer);
    look();
  }

  // What has been asked for is not wanted any more.
  function forget() {
    turn += 1;
    busy = false;
    log.expectNothing();
  }

  function older() {
    return fetch(
      () => page(list.before(log.low())),
      ({ messages, more }) => keep(() => log.showOlder(messages, more)),
    );
  }

  function newer() {
    return fetch(
      () => page(list.after(log.high())),
      ({ messages, more }) => keep(() => log.showNewer(messages, more)),
    );
  }

  // A page with nothing on it and others behind it would be asked for again for ever.
  async function page(answer) {
    const { messages, more } = await answer;
    if (more && messages.length === 0) throw new Error("nothing here, and more behind it");
    return { messages, more };
  }

  async function jump(id) {
    if (log.isShown(id)) {
      again = null;
      say("");
      return point(id);
    }
    again = () => jump(id);
    await fetch(
      () => Promise.all([page(list.before(id + 1)), page(list.after(id))]),
      ([before, after]) => {
        again = null;
        if (!before.messages.some((message) => message.id === id)) {
          log.expectNothing();
          return say(words.noSuchMessage);
        }
        const found = [...before.messages, ...after.messages];
        keep(() => log.showInstead(found, { older: before.more, newer: after.more }));
        if (log.isShown(id)) point(id); // or it was deleted meanwhile
        else say(words.noSuchMessage);
      },
    );
  }

  async function latest() {
    again = null;
    say("");
    if (log.isLive()) {
      forget();
      return showNewest();
    }
    again = latest;
    await fetch(
      () => page(list.newest()),
      ({ messages, more }) => {
        again = null;
        keep(() => log.showInstead(messages, { older: more, newer: false }));
        showNewest();
      },
    );
  }

  return { look, older, jump, latest };
};
