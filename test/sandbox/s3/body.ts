/** Reads a request's body as it comes, and checks it as S3 does. */
import type { IncomingHttpHeaders } from 'node:http';
import { ChunkDecoder, isAwsChunked } from './aws-chunked.ts';
import { type ChecksumName, checksumNames, type Digest, hashOf, newDigest } from './checksums.ts';
import { S3Refusal } from './refusal.ts';

/** Bytes in the pieces in which they came: what is large is never copied. */
export interface Content {
  pieces: readonly Buffer[];
  size: number;
  md5: Buffer;
}

export interface Body extends Content {
  /** Of the content, in base64, where the client sent it (it was right) or asked for it by a header. */
  checksums: Readonly<Partial<Record<ChecksumName, string>>>;
}

/** "The largest object that can be uploaded in a single PUT is 5 GB". */
const largestBody = 5 * 1024 ** 3;

/** A piece that is a small part of the buffer behind it would keep all of that. */
const own = (piece: Buffer): Buffer =>
  piece.buffer.byteLength > 2 * piece.length + 65_536 ? Buffer.from(piece) : piece;

export class BodyReader {
  readonly #headers: IncomingHttpHeaders;
  readonly #md5 = hashOf('md5');
  readonly #sha256: Digest | undefined;
  readonly #decoder: ChunkDecoder | undefined;
  readonly #digests = new Map<ChecksumName, Digest>();
  readonly #pieces: Buffer[] = [];
  #size = 0;

  constructor(headers: IncomingHttpHeaders) {
    this.#headers = headers;
    const contentSha256 = this.#header('x-amz-content-sha256') ?? '';
    if (/^[0-9a-f]{64}$/.test(contentSha256)) this.#sha256 = hashOf('sha256');
    if (isAwsChunked(contentSha256)) this.#decoder = new ChunkDecoder((data) => this.#take(data));
    for (const name of checksumNames) {
      if (this.#speaksOf(name)) this.#digests.set(name, newDigest[name]());
    }
  }

  push(chunk: Buffer): void {
    if (this.#decoder) this.#decoder.push(chunk);
    else this.#take(chunk);
  }

  /** @throws S3Refusal if it is not what the headers and trailers say */
  end(): Body {
    this.#decoder?.end();
    const md5 = this.#md5.digest();
    this.#checkLength();
    this.#checkMd5(md5);
    this.#checkSha256();
    return { pieces: this.#pieces, size: this.#size, md5, checksums: this.#checkedSums() };
  }

  #take(data: Buffer): void {
    if (data.length === 0) return;
    const piece = own(data);
    this.#md5.update(piece);
    this.#sha256?.update(piece);
    for (const digest of this.#digests.values()) digest.update(piece);
    this.#size += piece.length;
    if (this.#size > largestBody) throw new S3Refusal('EntityTooLarge', 'Your proposed upload is too large');
    this.#pieces.push(piece);
  }

  #header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  #speaksOf(name: ChecksumName): boolean {
    const algorithm = this.#header('x-amz-sdk-checksum-algorithm') ?? '';
    return (
      this.#header(`x-amz-checksum-${name}`) !== undefined ||
      (this.#header('x-amz-trailer') ?? '').includes(`x-amz-checksum-${name}`) ||
      algorithm.toLowerCase() === name
    );
  }

  #checkLength(): void {
    const decoded = this.#header('x-amz-decoded-content-length');
    const declared = this.#decoder ? decoded : this.#header('content-length');
    if (declared !== undefined && Number(declared) !== this.#size) {
      throw new S3Refusal('IncompleteBody', 'You did not provide the number of bytes specified');
    }
  }

  #checkMd5(md5: Buffer): void {
    const said = this.#header('content-md5');
    if (said === undefined) return;
    if (Buffer.from(said, 'base64').length !== 16) {
      throw new S3Refusal('InvalidDigest', 'The Content-MD5 you specified was invalid.');
    }
    if (said !== md5.toString('base64')) {
      throw new S3Refusal('BadDigest', 'The Content-MD5 you specified did not match what we received.');
    }
  }

  #checkSha256(): void {
    if (this.#sha256 === undefined) return;
    if (this.#sha256.digest().toString('hex') === this.#header('x-amz-content-sha256')) return;
    throw new S3Refusal(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }

  #checkedSums(): Partial<Record<ChecksumName, string>> {
    const sums: Partial<Record<ChecksumName, string>> = {};
    for (const [name, digest] of this.#digests) {
      const sum = digest.digest().toString('base64');
      const header = `x-amz-checksum-${name}`;
      const said = this.#decoder?.trailers.get(header) ?? this.#header(header);
      if (said !== undefined && said !== sum) {
        throw new S3Refusal(
          'BadDigest',
          `The ${name.toUpperCase()} you specified did not match what we received.`,
        );
      }
      sums[name] = sum;
    }
    return sums;
  }
}

/** Of content that is there already. */
export function contentOf(pieces: readonly Buffer[]): Content {
  const hash = hashOf('md5');
  let size = 0;
  for (const piece of pieces) {
    hash.update(piece);
    size += piece.length;
  }
  return { pieces, size, md5: hash.digest() };
}

/** The bytes from `start` up to, not including, `end`. */
export function slice(pieces: readonly Buffer[], start: number, end: number): Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  for (const piece of pieces) {
    const next = at + piece.length;
    if (next > start && at < end)
      parts.push(piece.subarray(Math.max(0, start - at), Math.min(piece.length, end - at)));
    if (next >= end) break;
    at = next;
  }
  return parts;
}
