// Returns a function that gives the first letters of a name's first two words, in upper case.
//
// Segmenter: undefined in a Firefox before version 125. Then a letter is a code point, without the accents behind it.
export function createInitials(Segmenter = Intl.Segmenter) {
  const segmenter = Segmenter && new Segmenter([], { granularity: "grapheme" });

  function firstOf(word) {
    const [first = ""] = segmenter ? segmenter.segment(word) : word;
    return first.segment ?? first;
  }

  return (name) => name.trim().split(/\s+/u).slice(0, 2).map(firstOf).join("").toUpperCase();
}
