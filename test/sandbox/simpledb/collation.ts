const SURROGATES_START = 0xd800;
const SURROGATES_END = 0xdfff;

/**
 * Compares as SimpleDB does, by the bytes of the UTF-8. JavaScript's own order is that of UTF-16, which
 * puts the characters beyond U+FFFF before U+E000 to U+FFFF instead of after them.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  return unit >= SURROGATES_START && unit <= SURROGATES_END ? unit + 0x10000 : unit;
}
