"use strict";

globalThis.chat ??= {};

// The room's message list on the server.
chat.messageList = function ({ ajax, sendBeacon, url, user, isMessage, words }) {
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
  // true when it may have arrived and may be sent again, with the same key, after `retryAfterMs`.
  function post(item) {
    return write({ method: "POST", fields: fieldsOf(item), said: words });
  }

  // Sends it once more, without an answer: the page is about to go, and what is on its way may be cut off.
  function hurry(item) {
    sendBeacon(url, new URLSearchParams(fieldsOf(item)));
  }

  function fieldsOf({ text, key, tag }) {
    return { from: user, text, key, tag };
  }

  // Promise it as it is after the change; rejected as post() is.
  function edit({ id, text, key }) {
    return write({ method: "PATCH", id, fields: { text, key }, said: words.saving });
  }

  function remove({ id, key }) {
    return write({ method: "DELETE", id, fields: { key }, said: words.deleting });
  }

  async function write({ method, id, fields, said }) {
    // Not jQuery's own encoding: it throws on half a surrogate pair.
    const data = new URLSearchParams(fields).toString();
    const address = id === undefined ? url : `${url}${id}/`;
    let response;
    try {
      response = await request({ method, url: address, data });
    } catch (failed) {
      throw failure(failed, said);
    }
    const isOurs = isMessage(response) && (id === undefined || response.id === id);
    if (!isOurs) throw failure({ status: 200 }, said); // somebody else has answered
    return response;
  }

  function failure(response, said) {
    const { status } = response;
    const temporary = status < 400 || status === 408 || status === 429 || status >= 500;
    const seconds = Number(response.getResponseHeader?.("Retry-After") ?? 0); // a date is not understood
    const retryAfterMs = seconds > 0 ? seconds * 1_000 : 0;
    return Object.assign(new Error(reason(response, temporary, said)), { temporary, status, retryAfterMs });
  }

  function reason({ status, responseJSON }, temporary, said) {
    if (status < 400) return said.noAnswer;
    if (temporary) return said.serverTrouble(status);
    if (said.known?.[status]) return said.known[status];
    if (!Array.isArray(responseJSON?.errors)) return said.refusedWithout(status);
    return said.refused(responseJSON.errors.map((error) => error.message).join(" "));
  }

  return { after, before, newest, since, post, hurry, edit, remove };
};
