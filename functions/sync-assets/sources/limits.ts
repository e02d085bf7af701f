/** How large a release may be: what lies past these is an accident or an attack, and nothing of it is written. */
import { SourceError } from './source-error.ts';

/** Some 100 bytes of memory each, and 15 minutes at 300 PUTs a second. */
export const mostEntries = 250_000;

/** What Lambda can bring into S3 in 15 minutes, at 50 to 70 MB a second. */
export const mostBytes = 50 * 1024 ** 3;

/**
 * Deflate reaches 1032:1, on one byte repeated; real files, even source maps and logs, stay below 50:1. Zeros in
 * some small files of a release are no bomb, so the first bytes are free.
 */
export const mostRatio = 200;
export const bytesFreeOfRatio = 64 * 1024 ** 2;

export interface Amount {
  entries: number;
  /** Unpacked. */
  bytes: number;
  /** Of the archive, so far as it was read; undefined where nothing is packed. */
  packedBytes?: number | undefined;
}

/** @throws SourceError if it is more than a release may have */
export function checkAmount(where: string, { entries, bytes, packedBytes }: Amount): void {
  if (entries > mostEntries) {
    throw new SourceError(`${where} holds more than ${mostEntries} files: a release has at most so many`);
  }
  if (bytes > mostBytes) {
    throw new SourceError(`${where} holds more than ${mostBytes} bytes: a release has at most so many`);
  }
  if (packedBytes !== undefined && bytes > Math.max(bytesFreeOfRatio, packedBytes * mostRatio)) {
    throw new SourceError(
      `${where} unpacks to more than ${mostRatio} times its size: an archive bomb, or files that are all alike`,
    );
  }
}
