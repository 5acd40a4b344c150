import { test } from "node:test";
import assert from "node:assert/strict";
import { deferred, settled } from "../fakes.js";
import { strings } from "../../../static/chat/lib/strings.js";
import { createHistory } from "../../../static/chat/room/history.js";

const messages = (...ids) => ids.map((id) => ({ id }));

// A history with a window of 11 to 20, and a reader in the middle. `asked` are the requests; the test answers them.
function historyOf({ live = true } = {}) {
  const asked = [];
  const done = [];
  const state = { low: 11, high: live ? Infinity : 20, shown: new Set([11, 20]), now: 0 };
  const scroller = { clientHeight: 100, scrollHeight: 1000, scrollTop: 450 };
  const ask = (what) => {
    const answer = deferred();
    asked.push({ what, ...answer });
    return answer.promise;
  };
  const store = {
    hasOlder: () => state.low > 0,
    isLive: () => state.high === Infinity,
    isShown: (id) => state.shown.has(id),
    low: () => state.low,
    high: () => state.high,
    expect: () => (state.expecting = true),
    expectNothing: () => (state.expecting = false),
    showOlder(messages, more) {
      done.push(["older", messages.map(({ id }) => id)]);
      state.low = more ? messages[0].id : 0;
      scroller.scrollTop = 450;
    },
    showNewer(messages, more) {
      done.push(["newer", messages.map(({ id }) => id)]);
      state.high = more ? messages.at(-1).id : Infinity;
      scroller.scrollTop = 450;
    },
    showInstead(messages, options) {
      done.push(["instead", messages.map(({ id }) => id), options]);
      messages.forEach(({ id }) => state.shown.add(id));
    },
  };
  const history = createHistory({
    api: {
      before: (id) => ask(`before ${id}`),
      after: (id) => ask(`after ${id}`),
      newest: () => ask("newest"),
    },
    store,
    scroller,
    anchor: (change) => change(),
    point: (id) => done.push(["point", id]),
    showNewest: () => done.push(["end"]),
    showProblem: (text) => (state.said = text),
    now: () => state.now,
  });
  return {
    ...history,
    done,
    asked: () => asked.map(({ what }) => what),
    scroll(top) {
      scroller.scrollTop = top;
      history.look();
    },
    async answer(messages, more, number = asked.length - 1) {
      asked[number].resolve({ messages, more });
      await settled();
    },
    async fail() {
      asked.at(-1).reject(new Error("no network"));
      await settled();
    },
    said: () => state.said,
    expecting: () => state.expecting,
    wait: (ms) => (state.now += ms),
  };
}

test("older messages are fetched near the top, once at a time, until there are no more", async () => {
  const { scroll, answer, asked, done } = historyOf();
  scroll(400);
  assert.deepEqual(asked(), []);
  scroll(100);
  scroll(50);
  assert.deepEqual(asked(), ["before 11"]);
  await answer(messages(9, 10), true);
  scroll(50);
  await answer(messages(8), false);
  scroll(0);
  assert.deepEqual(asked(), ["before 11", "before 9"]);
  assert.deepEqual(done, [["older", [9, 10]], ["older", [8]]]);
});

test("newer messages are fetched near the end of a window that is not live", async () => {
  historyOf().scroll(900);
  const { scroll, answer, asked, done } = historyOf({ live: false });
  scroll(890);
  await answer(messages(21), false);
  scroll(900);
  assert.deepEqual([asked(), done], [["after 20"], [["newer", [21]]]]);
});

test("a failure is shown, and scrolling tries again, but not a hundred times a second", async () => {
  const { scroll, fail, answer, asked, said, wait } = historyOf();
  scroll(0);
  await fail();
  assert.equal(said(), strings.historyFailed);
  scroll(1);
  assert.equal(asked().length, 1);
  wait(3_000);
  scroll(0);
  assert.deepEqual(asked(), ["before 11", "before 11"]);
  await answer(messages(9), true);
  assert.equal(said(), "");
});

test("an empty page although there is more is a failure and is not fetched forever", async () => {
  const { scroll, answer, said, asked } = historyOf();
  scroll(0);
  await answer([], true);
  assert.deepEqual([said(), asked().length], [strings.historyFailed, 1]);
});

test("jump() scrolls to a message in the window, and fetches any other with the messages around it", async () => {
  const { jump, answer, asked, done } = historyOf();
  jump(11);
  assert.deepEqual([asked(), done], [[], [["point", 11]]]);
  jump(5);
  assert.deepEqual(asked(), ["before 6", "after 5"]);
  await answer(messages(4, 5), true, 0);
  await answer(messages(6, 7), true, 1);
  assert.deepEqual(done.slice(1), [["instead", [4, 5, 6, 7], { older: true, newer: true }], ["point", 5]]);
});

test("jump() says that a message does not exist, and the reader stays", async () => {
  const { jump, answer, done, said } = historyOf();
  jump(5);
  await answer(messages(4), true, 0);
  await answer(messages(6), true, 1);
  assert.deepEqual([done, said()], [[], strings.noSuchMessage]);
});

test("jumpAfter() leads to the first message after another one, which may be gone", async () => {
  const { jumpAfter, answer, asked, done } = historyOf();
  jumpAfter(5);
  assert.deepEqual(asked(), ["before 6", "after 5"]);
  await answer(messages(3, 4), true, 0);
  await answer(messages(7, 8), true, 1);
  assert.deepEqual(done, [["instead", [3, 4, 7, 8], { older: true, newer: true }], ["point", 7]]);
});

test("jumpAfter() says it if there is no such message", async () => {
  const { jumpAfter, answer, done, said } = historyOf();
  jumpAfter(5);
  await answer(messages(4), true, 0);
  await answer([], false, 1);
  assert.deepEqual([done, said()], [[], strings.noSuchMessage]);
});

test("after a failed jump(), scrolling tries again", async () => {
  const { jump, fail, scroll, wait, asked } = historyOf();
  jump(5);
  await fail();
  wait(3_000);
  scroll(450);
  assert.deepEqual(asked().slice(2), ["before 6", "after 5"]);
});

test("latest() scrolls to the end of a live window, and fetches the newest page otherwise", async () => {
  const near = historyOf();
  near.latest();
  assert.deepEqual([near.asked(), near.done], [[], [["end"]]]);
  const far = historyOf({ live: false });
  far.latest();
  await far.answer(messages(98, 99), true);
  assert.deepEqual(far.done, [["instead", [98, 99], { older: true, newer: false }], ["end"]]);
});

test("after a failed latest(), scrolling tries again, until the reader goes elsewhere", async () => {
  const far = historyOf({ live: false });
  far.latest();
  await far.fail();
  far.wait(3_000);
  far.scroll(450);
  await far.answer(messages(98, 99), true);
  assert.deepEqual(far.done.at(-1), ["end"]);
  const elsewhere = historyOf({ live: false });
  elsewhere.latest();
  await elsewhere.fail();
  elsewhere.wait(3_000);
  elsewhere.jump(20);
  elsewhere.scroll(450);
  assert.deepEqual([elsewhere.asked(), elsewhere.done], [["newest"], [["point", 20]]]);
});

test("a late answer does not move a reader who has gone to the end", async () => {
  const { jump, latest, answer, done, expecting } = historyOf();
  jump(5);
  latest();
  await answer(messages(4, 5), true, 0);
  await answer(messages(6), true, 1);
  assert.deepEqual([done, expecting()], [[["end"]], false]);
});

test("after a failure the store expects nothing", async () => {
  const failed = historyOf();
  failed.jump(5);
  assert.equal(failed.expecting(), true);
  await failed.fail();
  assert.equal(failed.expecting(), false);
  const gone = historyOf();
  gone.jump(5);
  await gone.answer(messages(4), true, 0);
  await gone.answer(messages(6), true, 1);
  assert.equal(gone.expecting(), false);
});

test("a late answer does not bring back a reader who went elsewhere", async () => {
  const { scroll, latest, answer, done } = historyOf({ live: false });
  scroll(0);
  latest();
  await answer(messages(9, 10), true, 0);
  assert.deepEqual(done, []);
  await answer(messages(98, 99), true, 1);
  assert.deepEqual(done.at(-1), ["end"]);
});

test("a problem goes away when the next request succeeds", async () => {
  const { scroll, answer, fail, said, wait } = historyOf();
  scroll(100);
  await fail();
  assert.equal(said(), strings.historyFailed);
  wait(60_000);
  scroll(90);
  await answer(messages(9, 10), true);
  assert.equal(said(), "");
});

test("a way to a message that is shown asks for nothing", () => {
  const { jump, asked, done } = historyOf();
  jump(20);
  assert.deepEqual([asked(), done], [[], [["point", 20]]]);
});

test("a stopped history asks for nothing, and the answer to an earlier question comes to nothing", async () => {
  const { scroll, answer, fail, asked, done, stop, look, said, wait } = historyOf();
  scroll(0);
  await fail();
  assert.notEqual(said(), "");
  wait(60_000);
  scroll(0);
  stop();
  await answer(messages(1, 2), true);
  wait(60_000);
  scroll(0);
  look();
  assert.deepEqual([asked(), done, said()], [["before 11", "before 11"], [], ""]);
});
