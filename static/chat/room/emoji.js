// Returns whether a text is one to three emoji and nothing else. People see one emoji where a flag, a family, a hand with
// a skin tone or a keycap has several characters.
const PICTURE = "\\p{ExtPict}(?:\\ufe0f|\\p{EMod})?";
const EMOJI = [
  "\\p{RI}{2}", // a flag of a country
  "[\\d#*]\\ufe0f?\\u20e3", // a keycap
  `(?:${PICTURE}\\u200d)+${PICTURE}`, // a family
  "(?!\\p{RI})\\p{EPres}\\p{EMod}?[\\u{e0020}-\\u{e007f}]*", // the flag of Scotland has tags
  "\\p{ExtPict}(?:\\ufe0f|\\p{EMod})", // ❤ alone may be a black sign
].join("|");
const ONLY_EMOJI = RegExp(`^(?:\\s*(?:${EMOJI})){1,3}\\s*$`, "u");
const MAX_LENGTH = 120; // three families with skin tones

export function isOnlyEmoji(text) {
  return text.length <= MAX_LENGTH && ONLY_EMOJI.test(text);
}
