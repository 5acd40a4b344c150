import { test } from "node:test";
import assert from "node:assert/strict";
import { createShare } from "../../../static/chat/status/share.js";

const ADDRESS = "http://chat/lobby";

async function sharedBy({ isTouch = false, device, clipboard, address }) {
  const way = [];
  const navigator = {
    share: device && (({ url }) => (way.push(`device ${url}`), device())),
    clipboard: clipboard && { writeText: (text) => (way.push(`clipboard ${text}`), clipboard()) },
  };
  const onCopied = () => way.push("copied");
  await createShare({ navigator, isTouch, title: "#lobby", address: ADDRESS, onCopied, show: (it) => way.push(`show ${it}`) })(address);
  return way;
}

const works = async () => {};
const fails = (name) => async () => {
  throw Object.assign(new Error(name), { name });
};

test("a phone uses its share sheet", async () => {
  assert.deepEqual(await sharedBy({ isTouch: true, device: works, clipboard: works }), [`device ${ADDRESS}`]);
});

test("if the person closes the share sheet, nothing else happens", async () => {
  const device = fails("AbortError");
  assert.deepEqual(await sharedBy({ isTouch: true, device, clipboard: works }), [`device ${ADDRESS}`]);
});

test("with a mouse, or if the share sheet fails, the address goes to the clipboard", async () => {
  const copied = [`clipboard ${ADDRESS}`, "copied"];
  assert.deepEqual(await sharedBy({ device: works, clipboard: works }), copied);
  const device = fails("NotAllowedError");
  assert.deepEqual(await sharedBy({ isTouch: true, device, clipboard: works }), [`device ${ADDRESS}`, ...copied]);
});

test("another address, such as a message's, goes the same ways", async () => {
  const address = `${ADDRESS}#m7`;
  assert.deepEqual(await sharedBy({ isTouch: true, device: works, address }), [`device ${address}`]);
  assert.deepEqual(await sharedBy({ clipboard: works, address }), [`clipboard ${address}`, "copied"]);
  assert.deepEqual(await sharedBy({ address }), [`show ${address}`]);
});

test("without a clipboard the dialog shows the address", async () => {
  assert.deepEqual(await sharedBy({ isTouch: true }), [`show ${ADDRESS}`]);
  const clipboard = fails("NotAllowedError");
  assert.deepEqual(await sharedBy({ clipboard }), [`clipboard ${ADDRESS}`, `show ${ADDRESS}`]);
});
