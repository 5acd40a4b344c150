"use strict";

globalThis.chat ??= {};

// The room's message list on the server.
chat.messageList = function ({ ajax, url, user, isMessage, words }) {
  const TIMEOUT_MS = 20_000;
  const PAGE_SIZE = 200; // messages, the server's limit

  function request(options) {
    return ajax({ url, dataType: "json", timeout: TIMEOUT_MS, ...options });
  }

  // Promises {messages, more, lastEventId}: a page of what was asked for, whether there is more behind it, and the last
  // event that had been logged before.
  async function page(wanted) {
    const answer = await request({ method: "GET", data: { ...wanted, limit: PAGE_SIZE } });
    const { messages, more, "last-event-id": lastEventId } = answer;
    // Somebody else may have answered.
    if (typeof more !== "boolean" || typeof lastEventId !== "string") throw new Error("no page of a list");
    return { messages: messages.filter(isMessage), more, lastEventId };
  }

  async function oldestFirst(newestFirst) {
    const { messages, ...rest } = await newestFirst;
    return { messages: messages.reverse(), ...rest };
  }

  // The messages after an id, before it, and the newest ones: oldest first.
  const after = (id) => page({ after: id });
  const before = (id) => oldestFirst(page({ before: id }));
  const newest = () => oldestFirst(page({}));

  // Those edited or deleted after an event, as they are now, in the order of their last change; here lastEventId is
  // the event up to which the page tells of changes.
  const since = (eventId) => page({ since: eventId });

  // Promises the message as the server has it. Rejected with an Error that says why in words; its `temporary` is
  // true when it may have arrived and may be sent again, with the same key.
  async function post({ text, key, tag }) {
    // Not jQuery's own encoding: it throws on half a surrogate pair.
    const data = new URLSearchParams({ from: user, text, key, tag }).toString();
    let response;
    try {
      response = await request({ method: "POST", data });
    } catch (failed) {
      throw failure(failed);
    }
    if (!isMessage(response)) throw failure({ status: 200 }); // somebody else has answered
    return response;
  }

  function failure({ status, responseJSON }) {
    const temporary = status < 400 || status === 408 || status === 429 || status >= 500;
    return Object.assign(new Error(reason(status, responseJSON, temporary)), { temporary, status });
  }

  function reason(status, body, temporary) {
    if (status < 400) return words.noAnswer;
    if (temporary) return words.serverTrouble(status);
    if (!Array.isArray(body?.errors)) return words.refusedWithout(status);
    return words.refused(body.errors.map((error) => error.message).join(" "));
  }

  return { after, before, newest, since, post };
};
