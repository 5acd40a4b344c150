"use strict";

globalThis.chat ??= {};

// 128 random bits in hexadecimal. crypto.randomUUID() is there on https:// and localhost only, not on a phone that
// tries http://192.168.…
chat.randomId = function (crypto = globalThis.crypto) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
};
