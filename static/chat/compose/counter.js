import { strings } from "../lib/strings.js";

// Says how many characters are left, from nine tenths of the limit on.
export function createCounter({ maxLength, show }) {
  const FROM = 0.9 * maxLength;

  let shown = "";

  function update(text) {
    const sentence = text.length < FROM ? "" : sentenceFor([...text].length); // code points, never more than `length`
    if (sentence !== shown) show(sentence);
    shown = sentence;
  }

  function sentenceFor(length) {
    if (length < FROM) return "";
    if (length > maxLength) return strings.charactersTooMany(length - maxLength);
    return strings.charactersLeft(maxLength - length);
  }

  return { update };
}
