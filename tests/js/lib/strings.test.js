import { test } from "node:test";
import assert from "node:assert/strict";
import { strings } from "../../../static/chat/lib/strings.js";

const sentences = (name) => [
  strings.forgetRoom(name),
  strings.notificationTitle(name, name),
  strings.said(name, "hi"),
  strings.waitsElsewhere(1, name),
  strings.waitsElsewhere(2, name),
];

test("a name with direction marks, or in Arabic, does not turn around the sentence that it is in", () => {
  const plain = sentences("name");
  for (const [name, isolated] of [
    ["ann\u202eneb", "\u2068annneb\u2069"],
    ["\u2069\u202eann\u2066", "\u2068ann\u2069"],
    ["مريم", "\u2068مريم\u2069"],
  ]) {
    assert.deepEqual(sentences(name), plain.map((sentence) => sentence.replaceAll("name", isolated)));
  }
});

test("an English name stays as it is", () => {
  assert.equal(strings.notificationTitle("Bob & Carol", "lobby"), "Bob & Carol in #lobby");
});

test("one is one, and two are several", () => {
  for (const sentence of [strings.unreadMessages, strings.newMessages, (count) => strings.waitsElsewhere(count, "ann")]) {
    assert.doesNotMatch(sentence(1), /messages/);
    assert.match(sentence(2), /2 .*messages/);
    assert.match(sentence(11), /11 .*messages/);
  }
});
