import { isMessage } from "../lib/message_schema.js";
import { strings } from "../lib/strings.js";

// Asks the server for the room's messages, and sends new messages and changes.
export function createMessagesApi({ ajax, sendBeacon, url, user }) {
  const TOO_FAST = 429; // RFC 6585
  const TIMEOUT_MS = 20_000;
  const PAGE_SIZE = 200; // messages, the server's limit

  function request(options) {
    return ajax({ url, dataType: "json", timeout: TIMEOUT_MS, ...options });
  }

  // Promises {messages, more, lastEventId}: a page of messages, whether there are more, and the last event that the
  // server had logged before it read them.
  async function page(wanted) {
    const answer = await request({ method: "GET", data: { ...wanted, limit: PAGE_SIZE } });
    const { messages, more, "last-event-id": lastEventId } = answer;
    // Something between us and the server may have answered.
    if (typeof more !== "boolean" || typeof lastEventId !== "string") throw new Error("not a page of messages");
    return { messages: messages.filter(isMessage), more, lastEventId };
  }

  async function oldestFirst(newestFirst) {
    const { messages, ...rest } = await newestFirst;
    return { messages: messages.reverse(), ...rest };
  }

  // The messages after an id, the messages before it, and the newest ones, each oldest first.
  const after = (id) => page({ after: id });
  const before = (id) => oldestFirst(page({ before: id }));
  const newest = () => oldestFirst(page({}));

  // Messages that were edited or deleted after an event, as they are now, in the order of their last change. Here
  // lastEventId is the event up to which the page is complete.
  const since = (eventId) => page({ since: eventId });

  // Promises the message as the server has it. The promise fails with an Error whose message is for people. If its
  // `temporary` is true, the message may have arrived, and the same key may be sent again after `retryAfterMs`.
  function post(item) {
    return write({ method: "POST", fields: fieldsOf(item), reasons: strings });
  }

  // Sends a message without waiting for the answer: the page is about to close, and that may cancel its requests.
  function hurry(item) {
    sendBeacon(url, new URLSearchParams(fieldsOf(item)));
  }

  function fieldsOf({ text, key, tag }) {
    return { from: user, text, key, tag };
  }

  // Both promise the message after the change, and fail as post() does.
  function edit({ id, text, key }) {
    return write({ method: "PATCH", id, fields: { text, key }, reasons: strings.saving });
  }

  function remove({ id, key }) {
    return write({ method: "DELETE", id, fields: { key }, reasons: strings.deleting });
  }

  async function write({ method, id, fields, reasons }) {
    // jQuery's own encoding throws on half a surrogate pair.
    const data = new URLSearchParams(fields).toString();
    const address = id === undefined ? url : `${url}${id}/`;
    let response;
    try {
      response = await request({ method, url: address, data });
    } catch (failed) {
      throw failure(failed, reasons);
    }
    const isOurs = isMessage(response) && (id === undefined || response.id === id);
    if (!isOurs) throw failure({ status: 200 }, reasons); // something else has answered
    return response;
  }

  function failure(response, reasons) {
    const { status } = response;
    const temporary = status < 400 || status === 408 || status === TOO_FAST || status >= 500;
    const seconds = Number(response.getResponseHeader?.("Retry-After") ?? 0); // a date counts as none
    const retryAfterMs = seconds > 0 ? seconds * 1_000 : 0;
    return Object.assign(new Error(reason(response, temporary, reasons)), { temporary, status, retryAfterMs });
  }

  function reason({ status, responseJSON }, temporary, reasons) {
    if (status < 400) return reasons.noAnswer;
    if (temporary && status !== TOO_FAST) return reasons.serverTrouble(status);
    if (reasons.known?.[status]) return reasons.known[status];
    if (!Array.isArray(responseJSON?.errors)) return reasons.refusedWithout(status);
    return reasons.refused(responseJSON.errors.map((error) => error.message).join(" "));
  }

  return { after, before, newest, since, post, hurry, edit, remove };
}
