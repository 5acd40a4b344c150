import { strings } from "../lib/strings.js";

// Lets screen readers read out each new message once. The log itself is not a live region: it also changes when older
// messages are loaded or somebody edits a message.
//
// element: a live region.
export function createAnnouncer({ element, setTimeout = globalThis.setTimeout }) {
  const TOGETHER_MS = 500;
  const MOST = 3; // of more at once, it only says how many
  const MAX_LENGTH = 300; // characters of a text
  const KEPT_MS = 10_000; // long enough for a screen reader to notice

  let waiting = [];

  function announce(message) {
    if (waiting.length === 0) setTimeout(announceWaiting, TOGETHER_MS);
    waiting.push(message);
  }

  function announceWaiting() {
    const texts = waiting.length > MOST ? [strings.newMessages(waiting.length)] : waiting.map(sentence);
    waiting = [];
    texts.forEach((text) => {
      const line = element.ownerDocument.createElement("p");
      line.textContent = text;
      element.append(line);
      setTimeout(() => line.remove(), KEPT_MS);
    });
  }

  // Nothing more of what came so far is read out.
  function clear() {
    waiting = [];
    element.replaceChildren();
  }

  function sentence({ from, text }) {
    return strings.said(from, text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text);
  }

  return { announce, clear };
}
