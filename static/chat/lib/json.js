// Returns the value that a JSON text holds, or null.
export function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
