import { isMessage } from "../lib/message_schema.js";
import { strings } from "../lib/strings.js";

// Asks the server for the room's messages, and sends new messages and changes.
//
// identity: see identity.js. It gives each request its secret, and learns its mark from the answers. onAnswer(status,
// method): called for each answer, and with the status 0 if there is none.
export function createMessagesApi({ ajax, sendBeacon, url, user, identity, onAnswer = () => {} }) {
  const TOO_FAST = 429; // RFC 6585
  const TIMEOUT_MS = 20_000;
  const PAGE_SIZE = 200; // messages, the server's limit

  async function request(options) {
    let status = 200;
    try {
      return await ajax({ url, dataType: "json", timeout: TIMEOUT_MS, ...options });
    } catch (failed) {
      status = failed.status;
      throw failed;
    } finally {
      onAnswer(status, options.method);
    }
  }

  // Promises {messages, more, lastEventId}: a page of messages, whether there are more, and the last event that the
  // server had logged before it read them.
  async function page(wanted, limit = PAGE_SIZE) {
    const key = identity.key();
    const answer = await request({ method: "GET", headers: { "Author-Key": key }, data: { ...wanted, limit } });
    const { messages, more, "last-event-id": lastEventId, you } = answer;
    // Something between us and the server may have answered.
    if (typeof more !== "boolean" || typeof lastEventId !== "string") throw new Error("not a page of messages");
    identity.learn(you, key);
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

  // Every list answers with the mark of whoever asks.
  const askMark = () => page({}, 1);

  // Messages that were edited or deleted after an event, as they are now, in the order of their last change. Here
  // lastEventId is the event up to which the page is complete.
  const since = (eventId) => page({ since: eventId });

  // Promises the message as the server has it. The promise fails with an Error whose message is for people. If its
  // `temporary` is true, the message may have arrived, and the same key may be sent again after `retryAfterMs`. While the
  // chat is paused, it has not arrived, and `paused` has the operator's words.
  async function post(item) {
    const fields = fieldsOf(item);
    identity.sends(item.tag);
    const message = await write({ method: "POST", fields, reasons: strings });
    if (!item.unsure) identity.learn(message.author, fields.author_key); // or it may have arrived with another secret
    return message;
  }

  // Sends a message without waiting for the answer: the page is about to close, and that may cancel its requests.
  function hurry(item) {
    sendBeacon(url, new URLSearchParams(fieldsOf(item)));
  }

  function fieldsOf({ text, key, tag }) {
    return { from: user, text, key, tag, author_key: identity.key() };
  }

  // Both promise the message after the change, and fail as post() does. key: null if this browser has lost it.
  function edit({ id, text, key }) {
    return write({ method: "PATCH", id, fields: { text, ...proof(key) }, reasons: strings.saving });
  }

  function remove({ id, key }) {
    return write({ method: "DELETE", id, fields: proof(key), reasons: strings.deleting });
  }

  function proof(key) {
    return { ...(key !== null && { key }), author_key: identity.key() };
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
    const paused = wordsOfPause(response);
    return Object.assign(new Error(reason(response, temporary, reasons)), { temporary, status, retryAfterMs, paused });
  }

  // Returns the operator's words if nobody may write now, else "".
  function wordsOfPause({ responseJSON }) {
    const words = responseJSON?.errors?.[0]?.paused;
    return typeof words === "string" ? words : "";
  }

  function reason({ status, responseJSON }, temporary, reasons) {
    if (status < 400) return reasons.noAnswer;
    if (temporary && status !== TOO_FAST && !wordsOfPause({ responseJSON })) return reasons.serverTrouble(status);
    const isOfMessage = ["key", "id"].includes(responseJSON?.errors?.[0]?.field); // not of the room or the person
    if (isOfMessage && reasons.known?.[status]) return reasons.known[status];
    if (!Array.isArray(responseJSON?.errors)) return reasons.refusedWithout(status);
    return reasons.refused(responseJSON.errors.map((error) => error.message).join(" "));
  }

  return { after, before, newest, since, askMark, post, hurry, edit, remove };
}
