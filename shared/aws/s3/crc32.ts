/** CRC-32 as S3 takes it beside a content: user guide, "Checking object integrity". */

/** Four bytes, the highest first, in base64. */
export function crcText(crc32: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32);
  return bytes.toString('base64');
}

export interface Summed {
  crc32: number;
  size: number;
}

/** Of the contents one after another, without reading them again. */
export function crcOfJoined(contents: readonly Summed[]): number {
  // A CRC is the content as a polynomial, modulo another one: what `size` bytes follow is multiplied by x^(8 size).
  return contents.reduce((crc, { crc32, size }) => (product(crc, power(size)) ^ crc32) >>> 0, 0);
}

/** RFC 1952's polynomial: the highest bit is that of x^0. */
const polynomial = 0xedb88320;
const one = 0x80000000;
const xToThe8 = one >>> 8;

/** x^(8 size), by squaring. */
function power(size: number): number {
  let result = one;
  let square = xToThe8;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = product(result, square);
    square = product(square, square);
  }
  return result;
}

function product(a: number, b: number): number {
  let sum = 0;
  let shifted = b;
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) sum ^= shifted;
    shifted = (shifted & 1) === 0 ? shifted >>> 1 : (shifted >>> 1) ^ polynomial;
  }
  return sum >>> 0;
}
