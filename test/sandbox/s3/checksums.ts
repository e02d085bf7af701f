/**
 * The checksums that S3 takes beside Content-MD5: user guide, "Checking object integrity". All are sent in
 * base64, the CRCs with their highest byte first.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export interface Digest {
  update(chunk: Buffer): void;
  digest(): Buffer;
}

export const checksumNames = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;
export type ChecksumName = (typeof checksumNames)[number];

export const hashOf = (algorithm: 'md5' | 'sha1' | 'sha256'): Digest => createHash(algorithm);

export const newDigest: Readonly<Record<ChecksumName, () => Digest>> = {
  crc32: () => {
    let value = 0;
    return {
      update: (chunk) => {
        value = crc32(chunk, value);
      },
      digest: () => wordsOf(value),
    };
  },
  crc32c: () => new Crc32c(),
  crc64nvme: () => new Crc64(),
  sha1: () => hashOf('sha1'),
  sha256: () => hashOf('sha256'),
};

function wordsOf(...words: number[]): Buffer {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32BE(word >>> 0, index * 4);
  return bytes;
}

/** RFC 3720, the polynomial of Castagnoli, reflected. */
const castagnoli = 0x82f63b78;

const crc32cTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ castagnoli : value >>> 1;
  return value;
});

class Crc32c implements Digest {
  #value = 0xffffffff;

  update(chunk: Buffer): void {
    let value = this.#value;
    for (const byte of chunk) value = (crc32cTable[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
    this.#value = value;
  }

  digest(): Buffer {
    return wordsOf(~this.#value);
  }
}

/** NVM Express specification, "64b CRC", reflected; in halves, since BigInt is slow. */
const nvme = { high: 0x9a6c9329, low: 0xac4bc9b5 };

const crc64High = new Uint32Array(256);
const crc64Low = new Uint32Array(256);
for (let byte = 0; byte < 256; byte += 1) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    const isOdd = (low & 1) === 1;
    low = (low >>> 1) | ((high & 1) << 31);
    high >>>= 1;
    if (!isOdd) continue;
    low ^= nvme.low;
    high ^= nvme.high;
  }
  crc64High[byte] = high;
  crc64Low[byte] = low;
}

class Crc64 implements Digest {
  #high = 0xffffffff;
  #low = 0xffffffff;

  update(chunk: Buffer): void {
    let high = this.#high;
    let low = this.#low;
    for (const byte of chunk) {
      const index = (low ^ byte) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (crc64Low[index] ?? 0);
      high = (high >>> 8) ^ (crc64High[index] ?? 0);
    }
    this.#high = high;
    this.#low = low;
  }

  digest(): Buffer {
    return wordsOf(~this.#high, ~this.#low);
  }
}
