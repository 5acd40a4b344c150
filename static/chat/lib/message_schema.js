// Returns whether a value from the network is a message. The page shows a message as a whole or not at all.
export function isMessage(value) {
  return (
    typeof value === "object" &&
    value !== null &&
    Number.isSafeInteger(value.id) &&
    value.id >= 0 &&
    ["from", "text", "date"].every((name) => typeof value[name] === "string") &&
    ["author", "edited", "deleted"].every((name) => ["string", "undefined"].includes(typeof value[name])) &&
    [true, undefined].includes(value.staff) &&
    (value.change === undefined || (Number.isSafeInteger(value.change) && value.change > 0))
  );
}
