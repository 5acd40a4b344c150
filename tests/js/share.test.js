"use strict";

const { test } = require("node:test");
const assert = require("node:assert/strict");
require("../../static/chat/share.js");

const ADDRESS = "http://chat/lobby";

async function sharedBy({ isTouch = false, device, clipboard }) {
  const way = [];
  const navigator = {
    share: device && (({ url }) => (way.push(`device ${url}`), device())),
    clipboard: clipboard && { writeText: (text) => (way.push(`clipboard ${text}`), clipboard()) },
  };
  const said = () => way.push("said");
  await chat.share({ navigator, isTouch, title: "#lobby", address: ADDRESS, said, show: (it) => way.push(`show ${it}`) })();
  return way;
}

const works = async () => {};
const fails = (name) => async () => {
  throw Object.assign(new Error(name), { name });
};

test("a phone shares its own way", async () => {
  assert.deepEqual(await sharedBy({ isTouch: true, device: works, clipboard: works }), [`device ${ADDRESS}`]);
});

test("who thinks better of it is left alone", async () => {
  const device = fails("AbortError");
  assert.deepEqual(await sharedBy({ isTouch: true, device, clipboard: works }), [`device ${ADDRESS}`]);
});

test("where the phone's way fails, or with a mouse, the clipboard gets the address", async () => {
  const copied = [`clipboard ${ADDRESS}`, "said"];
  assert.deepEqual(await sharedBy({ device: works, clipboard: works }), copied);
  const device = fails("NotAllowedError");
  assert.deepEqual(await sharedBy({ isTouch: true, device, clipboard: works }), [`device ${ADDRESS}`, ...copied]);
});

test("without a clipboard, or where it is forbidden, the address is shown", async () => {
  assert.deepEqual(await sharedBy({ isTouch: true }), [`show ${ADDRESS}`]);
  const clipboard = fails("NotAllowedError");
  assert.deepEqual(await sharedBy({ clipboard }), [`clipboard ${ADDRESS}`, `show ${ADDRESS}`]);
});
