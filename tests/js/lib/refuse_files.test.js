import { test } from "node:test";
import assert from "node:assert/strict";
import { refuseFiles } from "../../../static/chat/lib/refuse_files.js";

function drag(name, types) {
  const window = new EventTarget();
  refuseFiles(window);
  const dataTransfer = types && { types, dropEffect: "copy" };
  const event = Object.assign(new Event(name, { cancelable: true }), { dataTransfer });
  window.dispatchEvent(event);
  return [event.defaultPrevented, dataTransfer?.dropEffect];
}

test("a file that is dropped does not replace the page, and the pointer says so", () => {
  assert.deepEqual(drag("dragover", ["Files"]), [true, "none"]);
  assert.deepEqual(drag("drop", ["text/uri-list", "Files"]), [true, "none"]);
});

test("text may be dropped into the field", () => {
  assert.deepEqual(drag("drop", ["text/plain"]), [false, "copy"]);
  assert.deepEqual(drag("drop", null), [false, undefined]);
});
