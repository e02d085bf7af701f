import yauzl from 'yauzl';
import { SourceError } from './source-error.ts';
import type { Opened, StoredObject } from './stored-object.ts';

/** Of a directory that is longer than the tail; of 5,000 files it has some 500 KB. */
const windowBytes = 8 * 1024 * 1024;

/** Lets yauzl read the archive's directory: from the tail, and what lies before it in one piece or a few. */
export class ZipReader extends yauzl.RandomAccessReader {
  readonly #object: StoredObject;
  readonly #tail: { bytes: Buffer; start: number };
  #window: { bytes: Buffer; start: number } = { bytes: Buffer.alloc(0), start: 0 };
  #failure: unknown;

  constructor({ object, bytes, start }: Opened) {
    super();
    this.#object = object;
    this.#tail = { bytes, start };
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    const read = this.#held(position, length);
    if (read) {
      read.copy(buffer, offset);
      callback(null);
      return;
    }
    this.at(position, length).then(
      (bytes) => {
        bytes.copy(buffer, offset);
        callback(null);
      },
      (cause) => {
        this.#failure = cause;
        callback(cause instanceof Error ? cause : new Error(String(cause)));
      },
    );
  }

  /** @throws SourceError if the archive is shorter */
  async at(position: number, length: number): Promise<Buffer> {
    const end = position + length;
    if (position < 0 || end > this.#object.size) {
      throw new SourceError(`${this.#object.where} is no zip archive, or cut short: it ends too early`);
    }
    const held = this.#held(position, length);
    if (held) return held;
    const { start } = this.#tail;
    // What the tail has is not read again: where a record reaches into it, it is put together.
    if (position < start && end > start) {
      return Buffer.concat([await this.at(position, start - position), await this.at(start, end - start)]);
    }
    const bytes = await this.#object.read({ start: position, end: Math.min(position + windowBytes, start) });
    this.#window = { bytes, start: position };
    return bytes.subarray(0, length);
  }

  /** What went wrong, in words that help. */
  explained(cause: unknown): unknown {
    if (this.#failure !== undefined) return this.#failure;
    if (cause instanceof SourceError || !(cause instanceof Error)) return cause;
    return new SourceError(`${this.#object.where} is no zip archive that can be read: ${cause.message}`, {
      cause,
    });
  }

  #held(position: number, length: number): Buffer | undefined {
    for (const { bytes, start } of [this.#tail, this.#window]) {
      if (position >= start && position + length <= start + bytes.length) {
        return bytes.subarray(position - start, position - start + length);
      }
    }
    return undefined;
  }
}
