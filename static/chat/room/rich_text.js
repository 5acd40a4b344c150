// Splits a text into parts: [{kind, text, href?}]. A kind is "text", "link", "code", "mention", or "block" for fenced
// code. The parts add up to the text, without the fences and the line breaks next to them.
//
// Every pattern reads each character a fixed number of times, whatever people write.
//
// name: the name whose mentions count.
export function createRichText(name) {
  const WORD = "[\\p{L}\\p{M}\\p{N}_]";
  const FENCE = "```";
  // An address contains no invisible characters. They could hide or turn around a part of it.
  const LINK = "https?://[^\\s<>\"`\\\\\\p{Cc}\\p{Cf}]+";
  const MENTION = `@${name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}(?!${WORD})`;
  const SPECIAL = new RegExp(
    `(?<code>${FENCE}[^\`\\n]+${FENCE}|\`[^\`\\n]+\`)|(?<!${WORD})(?:(?<link>${LINK})|(?<mention>${MENTION}))`,
    "giu",
  );
  const TRAILING = /[.,;:!?'"*_~…。，、；：！？»”’]/u;
  const OPENING = { ")": "(", "]": "[", "}": "{", "）": "（", "」": "「" };

  function parse(text) {
    const lines = text.split("\n");
    const parts = [];
    let begin = 0; // of the lines outside fences
    for (const { open, close } of fences(lines)) {
      if (open > begin) inline(lines.slice(begin, open).join("\n"), parts);
      parts.push({ kind: "block", text: lines.slice(open + 1, close).join("\n") });
      begin = close + 1;
    }
    if (begin < lines.length) inline(lines.slice(begin).join("\n"), parts);
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

  function inline(text, parts) {
    let plain = "";
    let done = 0;
    for (const { 0: all, index, groups } of text.matchAll(SPECIAL)) {
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
    }
    plain += text.slice(done);
    if (plain) parts.push({ kind: "text", text: plain });
  }

  function special(all, { link, mention }) {
    if (mention) return { part: { kind: "mention", text: all }, length: all.length };
    if (!link) return { part: { kind: "code", text: all }, length: all.length };
    const shown = withoutTrailing(link);
    const href = safeAddress(shown);
    return { part: href && { kind: "link", text: shown, href }, length: shown.length };
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

  // https://bank.example@evil.example leads to evil.example, so an address with a user name is not a link.
  function safeAddress(text) {
    if (/^https?:\/\/[^/?#]*@/i.test(text)) return null;
    try {
      return new URL(text).href;
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
    link: ({ text, href }) => make("a", { href, dir: "ltr", target: "_blank", rel: "noopener nofollow" }, text),
  };
  return parts.map((part) => nodes[part.kind](part));
}
