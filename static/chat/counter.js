"use strict";

globalThis.chat ??= {};

// Says how many characters are left, from nine tenths of the limit on.
chat.counter = function ({ maxLength, words, show }) {
  const FROM = 0.9 * maxLength;

  let shown = "";

  function update(text) {
    const said = text.length < FROM ? "" : wordsFor([...text].length); // code points, never more than `length`
    if (said !== shown) show(said);
    shown = said;
  }

  function wordsFor(length) {
    if (length < FROM) return "";
    return length > maxLength ? words.charactersTooMany(length - maxLength) : words.charactersLeft(maxLength - length);
  }

  return { update };
};
