// Returns whether a reader would see nothing of the text. The server refuses the same texts; see chat/naming.py.
export function isBlank(text) {
  return /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f]*$/u.test(text);
}
