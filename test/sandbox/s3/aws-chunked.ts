/**
 * A body in chunks with lengths, and perhaps trailers, of S3's own:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
import { S3Refusal } from './refusal.ts';

export const isAwsChunked = (contentSha256: string): boolean => contentSha256.startsWith('STREAMING-');

type State = 'length' | 'data' | 'after-data' | 'trailer' | 'done';

/** A line of a length or a trailer, and no more. */
const longestLine = 16_384;

export class ChunkDecoder {
  /** By lower-case name: `x-amz-checksum-crc32`. */
  readonly trailers = new Map<string, string>();
  readonly #take: (data: Buffer) => void;
  #state: State = 'length';
  #line = '';
  #left = 0;

  constructor(take: (data: Buffer) => void) {
    this.#take = take;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#state !== 'done') {
      at = this.#state === 'data' ? this.#readData(chunk, at) : this.#readLine(chunk, at);
    }
  }

  end(): void {
    if (this.#state !== 'done' && this.#state !== 'trailer') {
      throw new S3Refusal('IncompleteBody', 'The request body terminated unexpectedly');
    }
  }

  #readData(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#left);
    this.#take(chunk.subarray(at, end));
    this.#left -= end - at;
    if (this.#left === 0) this.#state = 'after-data';
    return end;
  }

  #readLine(chunk: Buffer, at: number): number {
    const newline = chunk.indexOf(0x0a, at);
    const end = newline < 0 ? chunk.length : newline + 1;
    this.#line += chunk.toString('latin1', at, end);
    if (this.#line.length > longestLine) throw malformed();
    if (newline >= 0) {
      const line = this.#line.trimEnd();
      this.#line = '';
      this.#takeLine(line);
    }
    return end;
  }

  #takeLine(line: string): void {
    if (this.#state === 'after-data') this.#state = 'length';
    else if (this.#state === 'length') this.#takeLength(line);
    else this.#takeTrailer(line);
  }

  /** `2000;chunk-signature=…` */
  #takeLength(line: string): void {
    const length = Number.parseInt(line, 16);
    if (!Number.isInteger(length) || length < 0) throw malformed();
    this.#left = length;
    this.#state = length === 0 ? 'trailer' : 'data';
  }

  #takeTrailer(line: string): void {
    if (line === '') {
      this.#state = 'done';
      return;
    }
    const colon = line.indexOf(':');
    this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

const malformed = () => new S3Refusal('IncompleteBody', 'The chunked encoding is not valid');
