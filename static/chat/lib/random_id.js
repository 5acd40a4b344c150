// Returns 128 random bits in hexadecimal. crypto.randomUUID() exists only on https:// and on localhost, so a phone that
// opens http://192.168.… lacks it.
export function randomId(crypto = globalThis.crypto) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
