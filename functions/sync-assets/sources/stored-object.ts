/** An object of S3, read by ranges, and always the same one: each read says which ETag it expects. */
import { natureOf } from '../../../shared/aws/errors.ts';
import { readObject } from '../../../shared/aws/s3/objects.ts';
import type { ObjectInfo, ObjectName, S3 } from '../../../shared/aws/s3/s3.ts';
import { readAhead } from './read-ahead.ts';
import { ArchiveGoneError, ArchiveReplacedError, SourceError } from './source-error.ts';

/** Bytes from `start` on, without the one at `end`. */
export interface Span {
  start: number;
  end: number;
}

/** Large enough that S3's answer time does not matter, small enough to hold a few. */
const pieceBytes = 4 * 1024 * 1024;
/** For all that is read ahead of one object. */
export const aheadLimits = { mostReads: 16, mostBytes: 4 * pieceBytes };

export interface StoredName extends ObjectName {
  /** Left out: whichever is found. */
  etag?: string | undefined;
}

export interface Opened {
  object: StoredObject;
  info: ObjectInfo;
  bytes: Buffer;
  /** Where in the object the bytes begin. */
  start: number;
}

export class StoredObject {
  readonly #place: S3;
  readonly #name: ObjectName;
  readonly etag: string;
  readonly size: number;

  constructor(place: S3, { etag, size, ...name }: ObjectName & { etag: string; size: number }) {
    this.#place = place;
    this.#name = name;
    this.etag = etag;
    this.size = size;
  }

  /**
   * Reads its first or last bytes: the answer tells the rest.
   *
   * @throws SourceError if it is not there, or is empty
   * @throws ArchiveReplacedError if it is another one than expected
   */
  static async open(
    place: S3,
    { etag, ...name }: StoredName,
    range: { last: number } | { first: number },
  ): Promise<Opened> {
    const asked = 'last' in range ? range : { start: 0, end: range.first };
    const read = await readRange(place, name, asked, etag);
    const object = new StoredObject(place, { ...name, etag: read.info.etag, size: read.info.size });
    return { object, info: read.info, bytes: read.bytes, start: read.start };
  }

  get where(): string {
    return whereOf(this.#name);
  }

  async read({ start, end }: Span): Promise<Buffer> {
    if (start >= end) return Buffer.alloc(0);
    const { bytes } = await readRange(this.#place, this.#name, { start, end }, this.etag);
    if (bytes.length !== end - start) {
      throw new SourceError(`${this.where} was cut short: ${bytes.length} bytes came of ${end - start}`);
    }
    return bytes;
  }

  /** Of a long span, a few pieces being on their way at a time. */
  pieces(span: Span): AsyncGenerator<Buffer> {
    const ahead = { items: inPieces(span), bytesOf: () => pieceBytes, ...aheadLimits };
    return readAhead(ahead, (piece) => this.read(piece));
  }
}

function* inPieces({ start, end }: Span): Generator<Span> {
  for (let at = start; at < end; at += pieceBytes) yield { start: at, end: Math.min(end, at + pieceBytes) };
}

const whereOf = ({ bucket, key }: ObjectName): string => `s3://${bucket}/${key}`;

async function readRange(
  place: S3,
  name: ObjectName,
  range: { last: number } | Span,
  etag: string | undefined,
): Promise<{ info: ObjectInfo; bytes: Buffer; start: number }> {
  // HTTP's ranges include their last byte.
  const asked = 'last' in range ? range : { start: range.start, end: range.end - 1 };
  try {
    const read = await readObject(place, name, { range: asked, etag });
    if (!read) throw new ArchiveGoneError(`${whereOf(name)} is not there`);
    const { info, body, rangeStart } = read;
    return { info, bytes: Buffer.from(body.buffer, body.byteOffset, body.byteLength), start: rangeStart };
  } catch (cause) {
    throw explained(cause, name);
  }
}

function explained(cause: unknown, name: ObjectName): unknown {
  if (natureOf(cause) === 'conflict') {
    return new ArchiveReplacedError(`${whereOf(name)} was uploaded anew: it is another object now`, {
      cause,
    });
  }
  if (cause instanceof Error && cause.name === 'InvalidObjectState') {
    return new ArchiveGoneError(`${whereOf(name)} is in a storage class that it has to be restored from`, {
      cause,
    });
  }
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: no byte of an empty object can be had.
  if (cause instanceof Error && cause.name === 'InvalidRange') {
    return new SourceError(`${whereOf(name)} is shorter than it should be, or empty`, { cause });
  }
  return cause;
}
