"use strict";

globalThis.chat ??= {};

// The room's message list on the server. post() is rejected with an Error that says why in words.
chat.messageList = function ({ ajax, url, user, words }) {
  const TIMEOUT_MS = 20_000;

  function request(options) {
    return ajax({ url, dataType: "json", timeout: TIMEOUT_MS, ...options });
  }

  async function latest() {
    return (await request({ method: "GET" })).messages;
  }

  async function post(text) {
    // Not jQuery's own encoding: it throws on half a surrogate pair.
    const data = new URLSearchParams({ from: user, text }).toString();
    try {
      return await request({ method: "POST", data });
    } catch (response) {
      throw new Error(reason(response));
    }
  }

  function reason({ status, responseJSON }) {
    if (!status) return words.noAnswer;
    if (responseJSON?.errors) return words.refused(responseJSON.errors.map((error) => error.message).join(" "));
    return words.serverTrouble(status);
  }

  return { latest, post };
};
