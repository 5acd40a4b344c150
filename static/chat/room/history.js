import { strings } from "../lib/strings.js";

// Moves the window onto the room's history. It fetches older messages near the top, and newer ones near the end of a
// window that is not live. It can also fetch the messages around any message, and the newest ones.
//
// api: see messages_api.js. store: see store.js. anchor(change) changes the log without moving the reader.
// point(id) scrolls to a message, and showNewest() to the end. showProblem(text) shows what went wrong.
export function createHistory({ api, store, scroller, anchor, point, showNewest, showProblem, now = Date.now }) {
  const SCREENS = 1.5; // it fetches so far ahead of the reader
  const PAUSE_MS = 2_000; // after a failure, because scrolling would ask a hundred times a second

  let turn = 0; // the number of the fetch that counts; answers to earlier ones come too late
  let busy = false;
  let failedAt = -Infinity;
  let again = null; // repeats what the reader asked for and did not get

  // Call this whenever the reader scrolls or the log changes.
  function look() {
    if (busy || Math.abs(now() - failedAt) < PAUSE_MS) return;
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const below = scrollHeight - clientHeight - scrollTop;
    if (again !== null) again();
    else if (store.hasOlder() && scrollTop < SCREENS * clientHeight) older();
    else if (!store.isLive() && below < SCREENS * clientHeight) newer();
  }

  async function fetch(request, show) {
    const mine = (turn += 1);
    busy = true;
    store.expect();
    let answer = null;
    try {
      answer = await request();
    } catch {
      // answer stays null
    }
    if (turn !== mine) return;
    busy = false;
    if (answer === null) {
      store.expectNothing();
      failedAt = now();
      return showProblem(strings.historyFailed);
    }
    failedAt = -Infinity;
    showProblem("");
    show(answer);
    look();
  }

  // Ignores the answer to the running fetch.
  function forget() {
    turn += 1;
    busy = false;
    store.expectNothing();
  }

  // The person may not read the room any more.
  function stop() {
    forget();
    again = null;
    busy = true;
    showProblem("");
  }

  function older() {
    return fetch(
      () => page(api.before(store.low())),
      ({ messages, more }) => anchor(() => store.showOlder(messages, more)),
    );
  }

  function newer() {
    return fetch(
      () => page(api.after(store.high())),
      ({ messages, more }) => anchor(() => store.showNewer(messages, more)),
    );
  }

  // An empty page although there is more: without this error we would ask for it forever.
  async function page(answer) {
    const { messages, more } = await answer;
    if (more && messages.length === 0) throw new Error("an empty page, although there is more");
    return { messages, more };
  }

  async function jump(id) {
    if (store.isShown(id)) {
      again = null;
      showProblem("");
      return point(id);
    }
    again = () => jump(id);
    await fetchAround(id, (before) => before.messages.find((message) => message.id === id));
  }

  // Leads to the first message after this id.
  async function jumpAfter(id) {
    again = () => jumpAfter(id);
    await fetchAround(id, (_, after) => after.messages[0]);
  }

  // find(before, after) returns the message to show, or undefined.
  function fetchAround(id, find) {
    return fetch(
      () => Promise.all([page(api.before(id + 1)), page(api.after(id))]),
      ([before, after]) => {
        again = null;
        const wanted = find(before, after);
        if (wanted === undefined) {
          store.expectNothing();
          return showProblem(strings.noSuchMessage);
        }
        const found = [...before.messages, ...after.messages];
        anchor(() => store.showInstead(found, { older: before.more, newer: after.more }));
        if (store.isShown(wanted.id)) point(wanted.id); // somebody may have deleted it by now
        else showProblem(strings.noSuchMessage);
      },
    );
  }

  async function latest() {
    again = null;
    showProblem("");
    if (store.isLive()) {
      forget();
      return showNewest();
    }
    again = latest;
    await fetch(
      () => page(api.newest()),
      ({ messages, more }) => {
        again = null;
        anchor(() => store.showInstead(messages, { older: more, newer: false }));
        showNewest();
      },
    );
  }

  return { look, older, jump, jumpAfter, latest, stop };
}
