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

test("an address inside a sentence without spaces is a link up to where the sentence goes on", () => {
  for (const [before, after] of [
    ["詳細は", "を見て"],
    ["「", "」を見て"],
    ["『", "』にある"],
    ["【", "】にある"],
    ["（", "）にある"],
    ["请看", "，谢谢"],
    ["请看", "。谢谢"],
    ["请看", "谢谢"],
    ["데모는", "에서 보세요"],
    ["ดูที่", "นะ"],
    ["„", "“ ist"],
    ["»", "« ist"],
    ["«", "» est"],
  ]) {
    for (const address of ["https://example.org", "https://example.org/a?b=c", "https://例え.jp/a"]) {
      assert.deepEqual(parse(`${before}${address}${after}`).map(({ kind, text }) => [kind, text]), [
        ["text", before],
        ["link", address.replace("例え", "xn--r8jz45g")],
        ["text", after],
      ]);
    }
  }
  assert.deepEqual(links("詳細はhttps://example.org/を見て"), ["https://example.org/"]);
});

test("an address may contain letters of any script", () => {
  for (const address of [
    "https://ja.wikipedia.org/wiki/日本の歴史",
    "https://ja.wikipedia.org/wiki/ジョン・レノン_(曖昧さ回避)",
    "https://de.wikipedia.org/wiki/Käse",
    "https://ru.wikipedia.org/wiki/Москва",
    "https://ko.wikipedia.org/wiki/한국",
    "https://fr.wikipedia.org/wiki/L’Équipe",
  ]) {
    assert.deepEqual(links(`a ${address} b`), [address]);
  }
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
  assert.deepEqual(links("https://bank.example\\@evil.example/"), ["https://bank.example"]);
});

test("an address with an invisible character does not become a link", () => {
  const invisible = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202e\u2066\u034f\u115f\u2800\u3164\uffa0\ufe0f\u{e0041}\u0007\u200a";
  for (const char of invisible) {
    const name = char.codePointAt(0).toString(16);
    assert.deepEqual(parse(`a https://github.co${char}m/login b`).map(({ kind }) => kind), ["text"], name);
    assert.deepEqual(links(`https://github.com/lo${char}gin`), [], name);
    assert.deepEqual(links(`https://${char}github.com`), [], name);
  }
});

test("a host is shown in the form that the browser requests", () => {
  const shown = (address) => parse(address).map(({ text, href }) => [text, href]);
  assert.deepEqual(shown("https://аpple.com/ä?b#c"), [["https://xn--pple-43d.com/ä?b#c", "https://xn--pple-43d.com/%C3%A4?b#c"]]);
  assert.deepEqual(shown("https://gооgle.com"), [["https://xn--ggle-55da.com", "https://xn--ggle-55da.com/"]]);
  assert.deepEqual(links("https://bücher.example:8000?a"), ["https://xn--bcher-kva.example:8000?a"]);
  assert.deepEqual(links("http://0x7f.1/a http://2130706433/"), ["http://127.0.0.1/a", "http://127.0.0.1/"]);
  assert.deepEqual(links("https://%65vil.example/%65"), ["https://evil.example/%65"]);
  assert.deepEqual(links("HTTPS://Example.ORG/A"), ["HTTPS://Example.ORG/A"]);
});

test("a message has a limited number of links, code and mentions, and the rest is text", () => {
  for (const [piece, least, most] of [
    ["http://a ", 200, 202],
    ["@ann ", 200, 202],
    ["`x` ", 200, 202],
    ["```\nb\n```\n", 31, 31],
    ["a\n```\nb\n```\n", 61, 61],
  ]) {
    const text = piece.repeat(1000).trim();
    const parts = parse(text);
    assert.ok(parts.length >= least && parts.length <= most, `${piece}: ${parts.length}`);
    assert.equal(parts.at(-1).kind, "text");
    assert.ok(text.endsWith(parts.at(-1).text));
  }
});

test("lines that begin with > and a space are a quote, in which links, code and mentions are what they are", () => {
  assert.deepEqual(parse("> see https://example.org\n> @Ann\nyes"), [
    {
      kind: "quote",
      text: "> see https://example.org\n> @Ann",
      parts: [
        { kind: "sign", text: "> " },
        { kind: "text", text: "see " },
        { kind: "link", text: "https://example.org", href: "https://example.org/" },
        { kind: "text", text: "\n" },
        { kind: "sign", text: "> " },
        { kind: "mention", text: "@Ann" },
      ],
    },
    { kind: "text", text: "yes" },
  ]);
  assert.deepEqual(of("quote", "a\n> b\n\n> c\nd"), ["> b", "> c"]);
  assert.deepEqual(of("quote", "> a\n```\n> b\n```\n> c"), ["> a", "> c"]);
});

test("other lines are no quotes", () => {
  for (const text of ["a > b", ">a", ">", ">>> a", " > a", "```\n> a\n```", "`> a`"]) assert.deepEqual(of("quote", text), [], text);
});

test("the parts of a quote add up to its text", () => {
  for (const text of ["> ", "> a", "> a\n> ", "> \n> b https://x.org\n> > c"]) {
    const [quote, ...rest] = parse(text);
    assert.deepEqual([quote.text, quote.parts.map((part) => part.text).join(""), rest], [text, text, []]);
  }
});

test("a message has a limited number of quotes and of links in quotes", () => {
  const count = (parts) => parts.reduce((sum, part) => sum + 1 + count(part.parts ?? []), 0);
  for (const piece of ["> a\nb\n", "> http://a http://a\n", "> a\n", "> http://a\n```\n```\n"]) {
    const parts = parse(piece.repeat(1_000).trim());
    assert.ok(count(parts) < 650, `${piece}: ${count(parts)}`);
  }
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

test("code in a line is shown without its marks, and contains no links and no mentions", () => {
  assert.deepEqual(of("code", "say `https://example.org` or ```@Ann``` or ` ` or it`s"), [
    "https://example.org",
    "@Ann",
    " ",
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

test("a mention ends where the script changes, and not before a hyphen or a full stop inside a name", () => {
  for (const text of ["@annさん", "@ann님", "@annคะ", "こんにちは@ann", "@ann、", "@ann.", "@ann-", "@ann, @ann's", "@ann/bob"]) {
    assert.equal(mentions(text)[0], "@ann", text);
  }
  for (const text of ["@ann-marie", "@ann.lee", "@ann‐marie", "@ann‑marie", "@ann@example.org", "@anné", "@ann1", "x@ann"]) {
    assert.deepEqual(mentions(text), [], text);
  }
  assert.deepEqual(mentions("@日本一 @日本.jp @日本", "日本"), ["@日本"]);
});

test("a name is not a pattern", () => {
  for (const name of ["a.b", "(x", "[", "\\", "a-b", "$^", "a|b", "*", "{1}", "/"]) {
    assert.deepEqual(mentions(`x @${name} y`, name), [`@${name}`], name);
  }
  assert.deepEqual(mentions("@axb", "a.b"), []);
});

test("no text is lost or changed, but for the marks of code and the form of a host", () => {
  const withoutMarks = (text) => text.replaceAll("`", "");
  const random = seededRandom(7);
  const pieces = ["> ", "`", "``", "```", " ", "\n", "a", "@Ann", "https://", "x.org", "(", ")", ".", "é", "🦀", "\u202e", "<b>", "日", "を", "」"];
  for (let round = 0; round < 3000; round += 1) {
    const text = Array.from({ length: 1 + random() * 12 }, () => pieces[Math.floor(random() * pieces.length)]).join("");
    const parts = parse(text);
    if (parts.some(({ kind, text: part }) => kind === "block" || kind === "quote" || (kind === "link" && !text.includes(part)))) continue;
    assert.equal(withoutMarks(parts.map((part) => part.text).join("")), withoutMarks(text));
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

test("without a name nobody is mentioned", () => {
  assert.deepEqual(mentions("@ann @ a@ @", ""), []);
});
