import { test } from "node:test";
import assert from "node:assert/strict";
import { click } from "../fake_dom.js";
import { $ } from "../fake_jquery.js";
import { add, messageTemplate, openPage, templateOf } from "../fake_page.js";
import { strings } from "../../../static/chat/lib/strings.js";
import { createPendingView } from "../../../static/chat/compose/pending_view.js";

const waiting = (tag) => ({ tag, text: `text ${tag}`, typedAt: 1_700_000_000_000, problem: "", refused: false });
const failed = (tag, rest) => ({ ...waiting(tag), problem: "no answer", ...rest });

function page() {
  openPage();
  let left = 0;
  const view = createPendingView({
    $,
    $list: $(add("ol")),
    template: templateOf("room.html", "pending"),
    draw({ from, text, date }) {
      const $item = $(messageTemplate().firstElementChild);
      $item.find(".from").text(from);
      $item.find(".text").text(text);
      $item.find("time").attr("datetime", date);
      return $item;
    },
    moment: (date) => `at ${date}`,
    user: "ann",
    leave: () => (left += 1),
  });
  return { view, left: () => left, item: (tag) => $(`[data-tag="${tag}"]`) };
}

// What the page says below a message.
function saidBelow($item) {
  const shown = (selector) => $item.find(selector).filter((_, element) => !element.hidden).text();
  const buttons = $item.find(".actions").get().filter(({ hidden }) => !hidden).flatMap(({ children }) => children);
  return [shown(".sending"), shown(".problem"), ...buttons.filter(({ hidden }) => !hidden).map((one) => one.textContent)];
}

test("an unsent message shows its author, its text, when it was typed, and that it is being sent", () => {
  const { view, item } = page();
  view.show(waiting("t1"));
  const $item = item("t1");
  assert.equal($item.find(".from").text(), "ann");
  assert.equal($item.find(".text").text(), "text t1");
  assert.equal($item.find("time").attr("datetime"), "2023-11-14T22:13:20.000Z");
  assert.equal($item.find("time").text(), "at 2023-11-14T22:13:20.000Z");
  assert.ok($item[0].matches(".pending"));
  assert.deepEqual(saidBelow($item), ["Sending…", ""]);
});

test("a message that failed says why, and can be sent again or discarded", () => {
  const { view, item } = page();
  view.show(waiting("t1"));
  view.show(failed("t1"));
  assert.equal(item("t1").length, 1);
  assert.deepEqual(saidBelow(item("t1")), ["", "no answer", "Resend", "Discard"]);
  assert.ok(item("t1")[0].matches(".failed"));
});

test("a message that was refused can also be edited", () => {
  const { view, item } = page();
  view.show(failed("t1", { refused: true }));
  assert.deepEqual(saidBelow(item("t1")), ["", "no answer", "Resend", "Edit", "Discard"]);
});

test("a message that is sent again says so", () => {
  const { view, item } = page();
  view.show(failed("t1"));
  view.show(waiting("t1"));
  assert.deepEqual(saidBelow(item("t1")), ["Sending…", ""]);
  assert.ok(!item("t1")[0].matches(".failed"));
});

test("messages stand in the order in which they were written, and each goes by itself", () => {
  const { view } = page();
  ["t1", "t2", "t3"].forEach((tag) => view.show(waiting(tag)));
  view.show(failed("t1"));
  view.hide("t2");
  view.hide("unknown");
  assert.deepEqual($(".text").get().map(({ textContent }) => textContent), ["text t1", "text t3"]);
});

test("a button says which message it is about", () => {
  const { view, item } = page();
  view.show(failed("t1"));
  view.show(failed("t2"));
  for (const tag of ["t1", "t2"])
    for (const button of item(tag).find("button")) {
      assert.equal($(`#${$(button).attr("aria-describedby")}`).text(), `text ${tag}`);
    }
});

test("a button acts on its own message", () => {
  const { view, item } = page();
  const acted = [];
  for (const name of ["resend", "discard"]) view.onPress(name, (tag) => acted.push([name, tag]));
  view.show(failed("t1"));
  view.show(failed("t2"));
  click(item("t2").find(".resend")[0]);
  click(item("t1").find(".discard")[0]);
  assert.deepEqual(acted, [["resend", "t2"], ["discard", "t1"]]);
});

test("the focus leaves a button that goes, and stays on one that does not", () => {
  const { view, item, left } = page();
  view.show(failed("t1"));
  view.show(failed("t2"));
  document.activeElement = item("t1").find(".resend")[0];
  view.show(failed("t1", { problem: "still no answer" }));
  view.show(waiting("t2"));
  view.hide("t2");
  assert.equal(left(), 0);
  view.show(waiting("t1"));
  assert.equal(left(), 1);
  view.hide("t1");
  assert.equal(left(), 2);
});

test("a message that waits because somebody wrote too fast says so", () => {
  const { view, item } = page();
  view.show({ ...waiting("a"), tooFast: true });
  assert.deepEqual(saidBelow(item("a")), [strings.tooFast, ""]);
  view.show({ ...waiting("a"), tooFast: false });
  assert.deepEqual(saidBelow(item("a")), ["Sending…", ""]);
});
