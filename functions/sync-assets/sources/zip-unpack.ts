/** Contents out of a zip archive: exactly as long as its directory says, and with the checksum that it says. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { SourceError } from './source-error.ts';
import { localHeaderBytes, stored } from './zip-directory.ts';

/** A file as the directory has it. */
export interface Packed {
  /** The archive and the file, for people. */
  which: string;
  method: number;
  packedSize: number;
  size: number;
  crc32: number;
}

/**
 * @param bytes from the file's local header on
 * @throws SourceError if it is not what the directory says
 */
export function unpacked(bytes: Buffer, packed: Packed): Buffer {
  const start = startOfData(bytes, packed);
  const data = bytes.subarray(start, start + packed.packedSize);
  if (data.length < packed.packedSize) throw damaged(packed, 'it is cut short');
  const content = packed.method === stored ? data : inflated(data, packed);
  check(packed, content.length, crc32(content));
  return content;
}

/** @param pieces from the file's local header on */
export async function* unpackedPieces(pieces: AsyncIterable<Buffer>, packed: Packed): AsyncGenerator<Buffer> {
  let size = 0;
  let checksum = 0;
  const data = dataOf(pieces, packed);
  for await (const piece of packed.method === stored ? data : inflatedPieces(data, packed)) {
    size += piece.length;
    // An archive may say less than it unpacks to.
    if (size > packed.size) throw damaged(packed, 'it is longer than the archive says');
    checksum = crc32(piece, checksum);
    yield piece;
  }
  check(packed, size, checksum);
}

function startOfData(bytes: Buffer, packed: Packed): number {
  if (bytes.length < localHeaderBytes || bytes.readUInt32LE() !== 0x04034b50) {
    throw damaged(packed, 'it is not where the archive says');
  }
  return localHeaderBytes + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
}

async function* dataOf(pieces: AsyncIterable<Buffer>, packed: Packed): AsyncGenerator<Buffer> {
  let left = packed.packedSize;
  let isFirst = true;
  for await (const piece of pieces) {
    const data = piece.subarray(isFirst ? startOfData(piece, packed) : 0).subarray(0, left);
    isFirst = false;
    left -= data.length;
    if (data.length > 0) yield data;
    if (left === 0) return;
  }
  if (left > 0) throw damaged(packed, 'it is cut short');
}

function inflated(data: Buffer, packed: Packed): Buffer {
  try {
    // In one piece, with room to see that it ends there; and what is longer than the archive says is stopped.
    return inflateRawSync(data, {
      chunkSize: packed.size + 64,
      maxOutputLength: Math.max(1, packed.size),
    });
  } catch (cause) {
    throw damaged(packed, String(cause), cause);
  }
}

async function* inflatedPieces(data: AsyncIterable<Buffer>, packed: Packed): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: 1024 * 1024 });
  const feeding = pipeline(Readable.from(data), inflate);
  // Its failure is that of reading what it feeds.
  feeding.catch(() => undefined);
  try {
    yield* inflate as AsyncIterable<Buffer>;
  } catch (cause) {
    throw isZlibs(cause) ? damaged(packed, String(cause), cause) : cause;
  }
}

const isZlibs = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_');

function check(packed: Packed, size: number, checksum: number): void {
  if (size !== packed.size) throw damaged(packed, `it has ${size} bytes, where ${packed.size} are said`);
  if (checksum !== packed.crc32) throw damaged(packed, 'its checksum (CRC32) is another');
}

const damaged = ({ which }: Packed, why: string, cause?: unknown): SourceError =>
  new SourceError(`${which} is damaged: ${why}`, { cause });
