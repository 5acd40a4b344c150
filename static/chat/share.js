"use strict";

globalThis.chat ??= {};

// Passes the room's address on, by the best way there is: the sheet of a phone, the clipboard, or the eyes and hands
// of the person – an insecure context has nothing else.
//
// said(): the address is in the clipboard; show(address): let the person copy it.
chat.share = function ({ navigator, isTouch, title, address, said, show }) {
  async function share() {
    if (isTouch && navigator.share !== undefined && (await byTheDevice())) return;
    if (await byClipboard()) said();
    else show(address);
  }

  async function byTheDevice() {
    try {
      await navigator.share({ title, url: address });
      return true;
    } catch (error) {
      return error.name === "AbortError"; // the person has thought better of it
    }
  }

  async function byClipboard() {
    try {
      await navigator.clipboard.writeText(address);
      return true;
    } catch {
      return false; // there is none, or it is forbidden
    }
  }

  return share;
};
