"use strict";

globalThis.chat ??= {};

// Tells screen readers of new messages, each once. The log itself also changes when older ones are loaded or a
// message is edited, so it is not read out.
//
// element: a live region.
chat.announcer = function ({ element, words, setTimeout = globalThis.setTimeout }) {
  const TOGETHER_MS = 500;
  const MOST = 3; // more at once are only counted
  const LENGTH = 300; // characters of a text
  const KEPT_MS = 10_000; // long enough to have been noticed

  let waiting = [];

  function told(message) {
    if (waiting.length === 0) setTimeout(announce, TOGETHER_MS);
    waiting.push(message);
  }

  function announce() {
    const texts = waiting.length > MOST ? [words.newMessages(waiting.length)] : waiting.map(sentence);
    waiting = [];
    texts.forEach((text) => {
      const line = element.ownerDocument.createElement("p");
      line.textContent = text;
      element.append(line);
      setTimeout(() => line.remove(), KEPT_MS);
    });
  }

  function sentence({ from, text }) {
    return words.said(from, text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text);
  }

  return { told };
};
