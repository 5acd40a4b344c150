"use strict";

globalThis.chat ??= {};

// Tells messages from whatever else may come over the wire: a message is shown whole or not at all.
chat.isMessage = function (value) {
  return (
    typeof value === "object" &&
    value !== null &&
    Number.isSafeInteger(value.id) &&
    value.id >= 0 &&
    ["from", "text", "date"].every((name) => typeof value[name] === "string") &&
    ["edited", "deleted"].every((name) => ["string", "undefined"].includes(typeof value[name])) &&
    (value.change === undefined || (Number.isSafeInteger(value.change) && value.change > 0))
  );
};

// Returns the value that an event's data holds, or null.
chat.readJson = function (data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
};
