import { test } from "node:test";
import assert from "node:assert/strict";
import vm from "node:vm";
import { seededRandom } from "../fakes.js";
import { createRichText } from "../../../static/chat/room/rich_text.js";

const VERY_LONG = 500_000; // characters; a text has at most 8 000

const parse = (text, name = "Ann") => createRichText(name).parse(text);
const of = (kind, text, name) => parse(text, name).filter((part) => part.kind === kind).map((part) => part.text);
const links = (text) => of("link", text);
const mentions = (text, name) => of("mention", text, name);

test("an address becomes a link, and the text around it does not", () => {
  assert.deepEqual(parse("see https://example.org/a?b=1#c now"), [
    { kind: "text", text: "see " },
    { kind: "link", text: "https://example.org/a?b=1#c", href: "https://example.org/a?b=1#c" },
    { kind: "text", text: " now" },
  ]);
  assert.deepEqual(links("HTTP://EXAMPLE.ORG/A http://x.example:8000"), ["HTTP://EXAMPLE.ORG/A", "http://x.example:8000"]);
});

test("the end of a sentence is not part of an address", () => {
  for (const end of [".", ",", "!", "?!", ":", ";", "...", '"', "'", "”", "。", ").", "]", ">", "*"]) {
    assert.deepEqual(links(`https://example.org/a${end}`), ["https://example.org/a"], end);
    assert.deepEqual(links(`https://example.org/a${end} b`), ["https://example.org/a"], end);
  }
  assert.deepEqual(links("https://example.org/a.html"), ["https://example.org/a.html"]);
});

test("a closing bracket belongs to an address that contains the opening one", () => {
  assert.deepEqual(links("https://example.org/Rust_(game)"), ["https://example.org/Rust_(game)"]);
  assert.deepEqual(links("(as in https://example.org/Rust_(game))."), ["https://example.org/Rust_(game)"]);
  assert.deepEqual(links("[https://example.org/a[1]]"), ["https://example.org/a[1]"]);
});

test("only http and https become links", () => {
  const others = ["javascript:alert(1)", "data:text/html,x", "ftp://example.org", "file:///etc/passwd", "//example.org",
    "www.example.org", "https:example.org", "http://", "https://?", "xhttps://example.org", "mailto:ann@example.org"];
  for (const other of others) assert.deepEqual(links(`a ${other} b`), [], other);
});

test("an address that looks like another one does not become a link", () => {
  for (const trick of [
    "https://bank.example@evil.example/",
    "https://bank.example:pass@evil.example/",
    "https://@evil.example/",
    "https://[bank.example]/",
  ]) {
    assert.deepEqual(links(trick), [], trick);
  }
  assert.deepEqual(links("https://example.org/@ann"), ["https://example.org/@ann"]);
  assert.deepEqual(links("https://example.org/\u202egpj.exe"), ["https://example.org/"]); // would be read backwards
  assert.deepEqual(links("https://bank.example\\@evil.example/"), ["https://bank.example"]);
});

test("fenced lines become a block without the fences", () => {
  assert.deepEqual(parse("look:\n```python\nif x:\n    `y`\n\n```\nand"), [
    { kind: "text", text: "look:" },
    { kind: "block", text: "if x:\n    `y`\n" },
    { kind: "text", text: "and" },
  ]);
  assert.deepEqual(parse("```\na\n```"), [{ kind: "block", text: "a" }]);
  assert.deepEqual(parse("```\n```"), [{ kind: "block", text: "" }]);
});

test("a fence that is not closed, or not alone on its line, is text", () => {
  assert.deepEqual(parse("```\nnot closed"), [{ kind: "text", text: "```\nnot closed" }]);
  assert.deepEqual(parse("a ```\nb\n``` c"), [{ kind: "text", text: "a ```\nb\n``` c" }]);
});

test("code in a line keeps its marks, and contains no links and no mentions", () => {
  assert.deepEqual(of("code", "say `https://example.org` or ```@Ann``` or ` ` or it`s"), [
    "`https://example.org`",
    "```@Ann```",
    "` `",
  ]);
  assert.deepEqual(links("say `https://example.org` or"), []);
  assert.deepEqual(of("code", "a ` b\n ` c"), []);
});

test("the reader's own name is a mention, in any case, as a whole word", () => {
  assert.deepEqual(mentions("@Ann, @ann! (@ANN) @Ann"), ["@Ann", "@ann", "@ANN", "@Ann"]);
  assert.deepEqual(mentions("Ann @Anna @Ann_ @Annä x@Ann @ Ann ann@example.org"), []);
  assert.deepEqual(mentions("hi @Ann Lee!", "Ann Lee"), ["@Ann Lee"]);
  assert.deepEqual(mentions("@日本さん @日本 ok", "日本"), ["@日本"]);
  assert.deepEqual(mentions("@ÉMILE", "Émile"), ["@ÉMILE"]);
});

test("a name is not a pattern", () => {
  for (const name of ["a.b", "(x", "[", "\\", "a-b", "$^", "a|b", "*", "{1}", "/"]) {
    assert.deepEqual(mentions(`x @${name} y`, name), [`@${name}`], name);
  }
  assert.deepEqual(mentions("@axb", "a.b"), []);
});

test("no text is lost or changed", () => {
  const random = seededRandom(7);
  const pieces = ["`", "``", "```", " ", "\n", "a", "@Ann", "https://", "x.org", "(", ")", ".", "é", "🦀", "\u202e", "<b>"];
  for (let round = 0; round < 3000; round += 1) {
    const text = Array.from({ length: 1 + random() * 12 }, () => pieces[Math.floor(random() * pieces.length)]).join("");
    const parts = parse(text);
    if (parts.some(({ kind }) => kind === "block")) continue;
    assert.equal(parts.map((part) => part.text).join(""), text);
  }
});

test("a hostile text takes time in proportion to its length", () => {
  const bad = ["`", "```", "```\n", "```a\n", "@Ann", "@", "http://", "https://a", "(", ")", "https://a.b/)", "\n", "http://@"];
  const texts = [...bad, "`a", "x`"].map((piece) => piece.repeat(VERY_LONG / piece.length));
  texts.push("http://a/" + ")".repeat(VERY_LONG), "http://a/" + "(".repeat(VERY_LONG) + ")".repeat(VERY_LONG) + ".");
  texts.push("https://a/" + ".".repeat(VERY_LONG), "`" + "a".repeat(VERY_LONG));
  globalThis.parseAll = () => texts.forEach((text) => parse(text, "@".repeat(64)));
  vm.runInThisContext("parseAll()", { timeout: 60_000 }); // it takes one second; in quadratic time it would take an hour
});
