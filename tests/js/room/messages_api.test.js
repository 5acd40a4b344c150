import { test } from "node:test";
import assert from "node:assert/strict";
import { strings } from "../../../static/chat/lib/strings.js";
import { createMessagesApi } from "../../../static/chat/room/messages_api.js";

const HELLO = { id: 1, from: "Zoë & co", text: "Hello", date: "2026-03-04T01:30:00.123Z" };
const ITEM = { text: "Hello", key: "secret", tag: "public" };

const SECRET = "ann's secret";

// `learned` are the marks that the page has learned, with the secrets to which they belong.
function apiWith(ajax, { learned = [], tags = [], ...more } = {}) {
  const identity = {
    key: () => SECRET,
    learn: (mark, secret) => learned.push([mark, secret]),
    sends: (tag) => tags.push(tag),
  };
  return createMessagesApi({ ajax, url: "/list", user: "Zoë & co", identity, ...more });
}

const answered = (messages, more = false) => ({ messages, more, "last-event-id": "room-lobby:9" });
const failing = (response) => apiWith(() => Promise.reject(response));

async function posted(text) {
  let sent;
  await apiWith(async ({ data }) => ((sent = new URLSearchParams(data)), HELLO)).post({ ...ITEM, text });
  return sent;
}

test("after() asks for the messages after an id, as many as the server allows", async () => {
  let asked;
  const api = apiWith(async (options) => ((asked = options), answered([HELLO], true)));
  assert.deepEqual(await api.after(7), { messages: [HELLO], more: true, lastEventId: "room-lobby:9" });
  assert.deepEqual([asked.method, asked.url, asked.data], ["GET", "/list", { after: 7, limit: 200 }]);
});

test("before() and newest() give the oldest first, although the server sends the newest first", async () => {
  const [two, one] = [{ ...HELLO, id: 2 }, HELLO];
  const asked = [];
  const api = apiWith(async ({ data }) => (asked.push(data), answered([two, one], true)));
  for (const page of [await api.before(3), await api.newest()]) {
    assert.deepEqual(page, { messages: [one, two], more: true, lastEventId: "room-lobby:9" });
  }
  assert.deepEqual(asked, [{ before: 3, limit: 200 }, { limit: 200 }]);
});

test("since() gives the changes after an event in their order", async () => {
  const [edited, deleted] = [{ ...HELLO, id: 2, change: 8 }, { ...HELLO, text: "", deleted: "now", change: 9 }];
  let asked;
  const api = apiWith(async ({ data }) => ((asked = data), answered([edited, deleted])));
  const { messages, lastEventId } = await api.since("room-b%2Cc:7");
  assert.deepEqual(messages, [edited, deleted]);
  assert.equal(lastEventId, "room-lobby:9");
  assert.deepEqual(asked, { since: "room-b%2Cc:7", limit: 200 });
});

test("an answer without a list is a failure, and anything in the list that is not a message is dropped", async () => {
  await assert.rejects(apiWith(async () => ({})).after(0));
  await assert.rejects(apiWith(async () => ({ ...answered([HELLO]), more: undefined })).after(0)); // there may be more
  await assert.rejects(apiWith(async () => ({ messages: [HELLO], more: false })).since("room-lobby:7"));
  const api = apiWith(async () => answered([HELLO, { id: 2 }, null]));
  assert.deepEqual((await api.after(0)).messages, [HELLO]);
});

test("a message is posted as a form that keeps any text, with its key and its tag", async () => {
  const sent = await posted(" 100 % & más = <b>\n🦀+1");
  assert.deepEqual(Object.fromEntries(sent), {
    from: "Zoë & co",
    text: " 100 % & más = <b>\n🦀+1",
    key: "secret",
    tag: "public",
    author_key: SECRET,
  });
});

test("half of a surrogate pair is sent as the replacement character", async () => {
  assert.equal((await posted("a\ud83e")).get("text"), "a\ufffd");
});

test("post() gives the message as the server has it", async () => {
  assert.deepEqual(await apiWith(async () => HELLO).post(ITEM), HELLO);
});

test("a refusal is final and has the server's reasons", async () => {
  const errors = [{ field: "text", message: "text is blank." }, { field: "from", message: "from is missing." }];
  await assert.rejects(failing({ status: 400, responseJSON: { errors } }).post(ITEM), {
    message: "Not sent: text is blank. from is missing.",
    temporary: false,
    status: 400,
  });
});

test("a refusal that does not come from the chat is final and names its status", async () => {
  for (const responseJSON of [undefined, null, {}, { errors: "no" }]) {
    await assert.rejects(failing({ status: 403, responseJSON }).post(ITEM), { message: /403/, temporary: false });
  }
});

test("timeouts and server errors are temporary", async () => {
  for (const status of [408, 500, 502, 503]) {
    const failure = { message: new RegExp(`trouble \\(${status}\\)`), temporary: true };
    await assert.rejects(failing({ status }).post(ITEM), failure);
  }
});

test("a rate limit is temporary, and the server says which one", async () => {
  const responseJSON = { errors: [{ field: "writes", message: "Wait 3 s.", limit: 20 }] };
  await assert.rejects(failing({ status: 429, responseJSON }).post(ITEM), { message: /Wait 3 s/, temporary: true });
  await assert.rejects(failing({ status: 429 }).post(ITEM), { message: /\(429\)/, temporary: true });
});

test("without an answer, or with one that is not a message, nobody knows whether the message arrived", async () => {
  const noAnswer = { message: strings.noAnswer, temporary: true };
  await assert.rejects(failing({ status: 0 }).post(ITEM), noAnswer);
  await assert.rejects(failing({ status: 200 }).post(ITEM), noAnswer); // not JSON
  await assert.rejects(apiWith(async () => ({ welcome: "to our hotel" })).post(ITEM), noAnswer);
});

test("every request has a timeout, because the next one waits for it", async () => {
  const asked = [];
  const api = apiWith(async (options) => (asked.push(options), options.method === "POST" ? HELLO : answered([])));
  await api.post(ITEM);
  await api.after(0);
  assert.ok(asked.every(({ timeout }) => timeout > 0 && timeout <= 60_000));
});

test("a temporary failure says how many seconds the server asks us to wait", async () => {
  const failingWith = (header) => failing({ status: 503, getResponseHeader: () => header });
  for (const [header, retryAfterMs] of [["2", 2_000], [null, 0], ["Wed, 21 Oct 2026 07:28:00 GMT", 0], ["-5", 0]]) {
    await assert.rejects(failingWith(header).post(ITEM), { temporary: true, retryAfterMs });
  }
});

test("a message is edited and deleted at its own address, with its key", async () => {
  const asked = [];
  const api = apiWith(async (options) => (asked.push(options), { ...HELLO, id: 7 }));
  assert.equal((await api.edit({ id: 7, text: "a & b", key: "secret" })).id, 7);
  await api.remove({ id: 7, key: "secret" });
  const [edit, remove] = asked;
  assert.deepEqual([edit.method, edit.url, edit.data], ["PATCH", "/list7/", "text=a+%26+b&key=secret&author_key=ann%27s+secret"]);
  assert.deepEqual([remove.method, remove.url, remove.data], ["DELETE", "/list7/", "key=secret&author_key=ann%27s+secret"]);
});

test("a change whose key this browser has lost is proved by the author's secret alone", async () => {
  const asked = [];
  const api = apiWith(async ({ data }) => (asked.push(data), { ...HELLO, id: 7 }));
  await api.edit({ id: 7, text: "a", key: null });
  await api.remove({ id: 7, key: null });
  assert.deepEqual(asked, ["text=a&author_key=ann%27s+secret", "author_key=ann%27s+secret"]);
});

test("every list is asked for with the secret, and tells the mark", async () => {
  const [learned, asked] = [[], []];
  const answer = { ...answered([]), you: "k7qfabcd" };
  const api = apiWith(async (options) => (asked.push(options), answer), { learned });
  const requests = [() => api.after(1), () => api.before(1), api.newest, () => api.since("room-x:1"), api.askMark];
  for (const request of requests) await request();
  assert.ok(asked.every(({ headers }) => headers["Author-Key"] === SECRET));
  assert.deepEqual(learned, Array(5).fill(["k7qfabcd", SECRET]));
  assert.equal(asked.at(-1).data.limit, 1);
});

test("an answer that is not a list tells no mark", async () => {
  const learned = [];
  await assert.rejects(apiWith(async () => ({ you: "hotel" }), { learned }).after(1));
  assert.deepEqual(learned, []);
});

test("the answer to a POST tells the mark, and the tag is known before", async () => {
  const [learned, tags] = [[], []];
  const ajax = async () => (assert.deepEqual(tags, ["public"]), { ...HELLO, author: "k7qfabcd" });
  await apiWith(ajax, { learned, tags }).post(ITEM);
  assert.deepEqual(learned, [["k7qfabcd", SECRET]]);
});

test("a message that may have arrived before, with another secret, tells no mark", async () => {
  const learned = [];
  await apiWith(async () => ({ ...HELLO, author: "another" }), { learned }).post({ ...ITEM, unsure: true });
  assert.deepEqual(learned, []);
});

test("the page that closes sends its secret too", () => {
  let sent;
  const sendBeacon = (url, data) => (sent = [url, data.get("author_key"), data.get("key")]);
  apiWith(null, { sendBeacon }).hurry(ITEM);
  assert.deepEqual(sent, ["/list", SECRET, "secret"]);
});

test("a failed change has sentences of its own, and says whether it may be tried again", async () => {
  const { saving, deleting } = strings;
  const errors = [{ field: "key", message: "key is wrong." }];
  const refused = (status) => failing({ status, responseJSON: { errors } });
  await assert.rejects(refused(403).edit({ id: 7, key: null }), { message: saving.known[403], temporary: false });
  await assert.rejects(refused(413).edit({ id: 7, key: null }), { message: "Not saved: key is wrong." });
  await assert.rejects(failing({ status: 0 }).edit({ id: 7, key: null }), { message: saving.noAnswer, temporary: true });
  await assert.rejects(refused(404).remove({ id: 7, key: null }), { message: deleting.known[404], status: 404 });
  await assert.rejects(failing({ status: 500 }).remove({ id: 7, key: null }), { message: deleting.serverTrouble(500) });
});

test("an answer about another message does not count as an answer to a change", async () => {
  const api = apiWith(async () => HELLO);
  await assert.rejects(api.edit({ id: 7, text: "x", key: "k" }), { temporary: true });
});

test("a refusal in a pause has the operator's words, and may be tried again", async () => {
  const errors = [{ field: "pause", message: "The chat is paused: back at 12.", paused: "back at 12" }];
  const paused = failing({ status: 503, responseJSON: { errors } });
  await assert.rejects(paused.post(ITEM), { temporary: true, paused: "back at 12" });
  await assert.rejects(paused.edit({ id: 7, key: null }), { message: "Not saved: The chat is paused: back at 12." });
  const odd = [undefined, {}, { errors: [] }, { errors: [{ paused: 5 }] }, { errors: "paused" }];
  for (const responseJSON of odd) await assert.rejects(failing({ status: 503, responseJSON }).post(ITEM), { paused: "" });
});

test("the page hears of the status of each answer, and for what it was", async () => {
  const heard = [];
  const statuses = [200, 401, 403, 503, 0];
  for (const status of statuses) {
    const ajax = async () => {
      if (status !== 200) throw { status };
      return { ...answered([HELLO]), ...HELLO };
    };
    const api = apiWith(ajax, { onAnswer: (...all) => heard.push(all) });
    await Promise.allSettled([api.after(1)]);
    await Promise.allSettled([api.post(ITEM)]);
    await Promise.allSettled([api.remove({ id: 1, key: null })]);
  }
  assert.deepEqual(heard, statuses.flatMap((status) => ["GET", "POST", "DELETE"].map((method) => [status, method])));
});

test("a change that the room or the person's rights forbid has the server's reason", async () => {
  for (const [field, status] of [["room", 403], ["user", 401], ["from", 403], ["user", 403]]) {
    const responseJSON = { errors: [{ field, message: "Not you." }] };
    await assert.rejects(failing({ status, responseJSON }).edit({ id: 7, key: null }), { message: "Not saved: Not you." });
    await assert.rejects(failing({ status, responseJSON }).remove({ id: 7, key: null }), { message: "Not deleted: Not you." });
  }
});
