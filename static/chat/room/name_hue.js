// Returns one of twelve hues. A name has the same hue on every page and in every browser.
export function nameHue(name) {
  const HUES = 12;
  let mixed = 0x811c9dc5; // FNV-1a, over code units
  for (let place = 0; place < name.length; place += 1) mixed = Math.imul(mixed ^ name.charCodeAt(place), 0x01000193);
  return ((mixed ^ (mixed >>> 16)) >>> 0) % HUES;
}
