// Splits a text into parts: [{kind, text, href?, parts?}]. A kind is "text", "link", "code", "mention", "block" for fenced
// code, or "quote" for lines that begin with "> ". A quote has parts of its own, among them a "sign", the "> ", for each
// line. The parts add up to the text, without the marks of code and the line breaks next to fences and quotes. A link
// shows the host in the form that the browser requests: no host looks like another one.
//
// Every pattern reads each character a fixed number of times, whatever people write.
//
// name: the name whose mentions count; with an empty one, none do.
export function createRichText(name) {
  // The rest is text, because a browser needs seconds for thousands of elements.
  const MOST_PARTS = 200;
  const MOST_BLOCKS = 30;
  const MOST_QUOTED = 100; // lines

  const WORD = "[\\p{L}\\p{M}\\p{N}_]";
  // A letter of a script that puts no spaces around words, or puts particles right behind them.
  const SCRIPTS = "Han Hira Kana Hang Thai Laoo Khmr Mymr".replace(/(\w+) ?/g, "\\p{sc=$1}");
  const UNSPACED = `(?!\\p{DI})[${SCRIPTS}ー・]`;
  const SPACED = `(?!${UNSPACED})${WORD}`;
  const FENCE = "```";
  const SIGN = "> ";
  // An address ends at a bracket or a mark that no address contains. It also ends where such a script follows a Latin
  // letter, or where Hiragana, which is grammar, follows any ASCII character.
  const MARK = '[<>"`\\\\“”„«»‹›]|(?=[\u3000-\u303f\uff00-\uff65])[\\p{P}\\p{S}]';
  const END = `${MARK}|(?<=[a-z\\d])${UNSPACED}|(?<=[!-~])(?<!//)\\p{sc=Hira}`;
  const LINK = `https?://(?:(?!${END})[\\S\ufeff\u200a])+`;
  const INVISIBLE = /[\p{Cc}\p{Cf}\p{DI}\u2800\u200a]/u;
  const LETTER = RegExp(`${UNSPACED}$`, "u").test(name) ? WORD : SPACED;
  const MENTION = name === "" ? "(?!)" : `@${name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}(?![-.‐‑@]?${LETTER})`;
  const SPECIAL = new RegExp(
    `${FENCE}(?<code>[^\`\\n]+)${FENCE}|\`(?<short>[^\`\\n]+)\`|(?<!${SPACED})(?:(?<link>${LINK})|(?<mention>${MENTION}))`,
    "giu",
  );
  const TRAILING = /[.,;:!?'"*_~…’]/;
  const OPENING = { ")": "(", "]": "[", "}": "{" };

  function parse(text) {
    const lines = text.split("\n");
    const parts = [];
    const left = { parts: MOST_PARTS, quoted: MOST_QUOTED };
    let begin = 0; // of the lines outside fences
    for (const { open, close } of fences(lines).slice(0, MOST_BLOCKS)) {
      outside(lines.slice(begin, open), parts, left);
      parts.push({ kind: "block", text: lines.slice(open + 1, close).join("\n") });
      begin = close + 1;
    }
    outside(lines.slice(begin), parts, left);
    return parts;
  }

  // Lines outside fences
  function outside(lines, parts, left) {
    let begin = 0;
    while (begin < lines.length) {
      const isQuote = isQuoted(lines[begin], left);
      let end = begin;
      for (; end < lines.length && isQuoted(lines[end], left) === isQuote; end += 1) left.quoted -= isQuote ? 1 : 0;
      const text = lines.slice(begin, end).join("\n");
      if (isQuote) parts.push({ kind: "quote", text, parts: quoted(lines.slice(begin, end), left) });
      else inline(text, parts, left);
      begin = end;
    }
  }

  function isQuoted(line, left) {
    return left.quoted > 0 && line.startsWith(SIGN);
  }

  function quoted(lines, left) {
    const parts = [];
    lines.forEach((line, number) => {
      parts.push({ kind: "sign", text: SIGN });
      inline(line.slice(SIGN.length) + (number < lines.length - 1 ? "\n" : ""), parts, left);
    });
    return parts;
  }

  // A fence that nobody closes is text.
  function fences(lines) {
    const found = [];
    let open = null;
    lines.forEach((line, number) => {
      if (open === null && /^```[^`]*$/.test(line)) open = number;
      else if (open !== null && /^```\s*$/.test(line)) {
        found.push({ open, close: number });
        open = null;
      }
    });
    return found;
  }

  function inline(text, parts, left) {
    let plain = "";
    let done = 0;
    for (const { 0: all, index, groups } of text.matchAll(SPECIAL)) {
      if (left.parts <= 0) break;
      plain += text.slice(done, index);
      const { part, length } = special(all, groups);
      done = index + length;
      if (part === null) {
        plain += all.slice(0, length);
        continue;
      }
      if (plain) parts.push({ kind: "text", text: plain });
      plain = "";
      parts.push(part);
      left.parts -= 2; // with the text before it
    }
    plain += text.slice(done);
    if (plain) parts.push({ kind: "text", text: plain });
  }

  function special(all, { code, short = code, link, mention }) {
    if (short) return { part: { kind: "code", text: short }, length: all.length };
    if (mention) return { part: { kind: "mention", text: all }, length: all.length };
    const shown = withoutTrailing(link);
    return { part: safeLink(shown), length: shown.length };
  }

  // A full stop after an address ends the sentence. So does a closing bracket whose opening one is before the address.
  function withoutTrailing(link) {
    const surplus = {};
    for (const [closing, opening] of Object.entries(OPENING)) {
      surplus[closing] = link.split(closing).length - link.split(opening).length;
    }
    let end = link.length;
    for (; end > 0; end -= 1) {
      const last = link[end - 1];
      if (surplus[last] > 0) surplus[last] -= 1;
      else if (!TRAILING.test(last)) break;
    }
    return link.slice(0, end);
  }

  // https://bank.example@evil.example leads to evil.example, so an address with a user name is not a link. An invisible
  // character could hide or turn around a part of the address.
  function safeLink(text) {
    const [all, scheme, host] = /^(https?:\/\/)([^/?#]*)/i.exec(text);
    if (host.includes("@") || INVISIBLE.test(text)) return null;
    try {
      const url = new URL(text);
      const shown = host.toLowerCase() === url.host ? all : scheme + url.host;
      return { kind: "link", text: shown + text.slice(all.length), href: url.href };
    } catch {
      return null;
    }
  }

  return { parse };
}

// Returns the parts as DOM nodes. What people wrote goes only into text nodes and into the href of a link.
export function richNodes(document, parts) {
  const make = (tag, properties, ...content) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...content);
    return element;
  };
  const nodes = {
    text: ({ text }) => document.createTextNode(text),
    code: ({ text }) => make("code", { dir: "ltr" }, text),
    block: ({ text }) => make("pre", {}, make("code", { dir: "ltr" }, text)),
    mention: ({ text }) => make("mark", { dir: "auto" }, text),
    quote: ({ parts }) => make("blockquote", { dir: "auto" }, ...richNodes(document, parts)),
    sign: ({ text }) => make("span", { className: "sign" }, text),
    link: ({ text, href }) => make("a", { href, dir: "ltr", target: "_blank", rel: "noopener nofollow" }, text),
  };
  return parts.map((part) => nodes[part.kind](part));
}
