/** A zip archive in S3, of which only what is wanted is read. */
import { partBytes } from '../../../shared/sites/content-tag.ts';
import { readAhead } from './read-ahead.ts';
import { type Several, several } from './several.ts';
import type { Content, OpenedContent, Source, SourceEntry } from './source.ts';
import { aheadLimits, type Opened, type StoredObject } from './stored-object.ts';
import { tagOfContent } from './tag-of.ts';
import { ZipDirectory } from './zip-directory.ts';
import { rangesOf, type Wanted } from './zip-spans.ts';
import { type Packed, unpacked, unpackedPieces } from './zip-unpack.ts';

/** Holds the end record with any comment, and a small archive's directory. */
export const zipTailBytes = 66 * 1024;

export class ZipSource implements Source {
  readonly #object: StoredObject;
  readonly #prefix: string;
  #tail: Opened | undefined;
  #directory: Promise<ZipDirectory> | undefined;

  /**
   * @param tail the archive's last `zipTailBytes`
   * @param prefix the site's
   */
  constructor(tail: Opened, prefix: string) {
    this.#object = tail.object;
    this.#prefix = prefix;
    this.#tail = tail;
  }

  async *entries(): AsyncGenerator<SourceEntry> {
    const { table, crc32Of } = await this.#read();
    for (const row of table.rows()) {
      yield { path: table.pathOf(row), size: table.sizeOf(row), crc32: crc32Of(row) };
    }
  }

  async tagOf({ path }: SourceEntry): Promise<string> {
    const directory = await this.#read();
    const row = directory.table.find(path);
    const { start, end } = directory.spanOf(row);
    return tagOfContent(await this.#contentOf({ row, start, end }, directory));
  }

  /** What is small is read together with its neighbours; what is large, after that. */
  async *contents<Entry extends SourceEntry>(entries: Several<Entry>): AsyncGenerator<OpenedContent<Entry>> {
    const directory = await this.#read();
    const rows = Uint32Array.from(entries, ({ path }) => directory.table.find(path));
    const indexes = new Uint32Array(directory.table.length);
    rows.forEach((row, index) => {
      indexes[row] = index;
    });
    const entryOf = ({ row }: Wanted) => entries.at(indexes[row] as number) as Entry;
    const wanted = (some: Uint32Array) =>
      several(
        some.length,
        (i): Wanted => ({ row: some[i] as number, ...directory.spanOf(some[i] as number) }),
      );
    const small = rangesOf(wanted(rows.filter((row) => !isLarge(row, directory))));
    const ahead = { items: small, bytesOf: lengthOf, ...aheadLimits };
    const read = readAhead(ahead, async (range) => ({ range, bytes: await this.#object.read(range) }));
    for await (const { range, bytes } of read) {
      for (const file of range.files) {
        const packed = bytes.subarray(file.start - range.start, file.end - range.start);
        yield { entry: entryOf(file), content: unpacked(packed, this.#packedOf(file, directory)) };
      }
    }
    for (const file of wanted(rows.filter((row) => isLarge(row, directory)))) {
      yield { entry: entryOf(file), content: await this.#contentOf(file, directory) };
    }
  }

  async close(): Promise<void> {
    // Nothing is held.
  }

  #read(): Promise<ZipDirectory> {
    const tail = this.#tail;
    if (tail) {
      this.#directory = ZipDirectory.read(tail, this.#prefix);
      this.#tail = undefined;
    }
    return this.#directory as Promise<ZipDirectory>;
  }

  async #contentOf(file: Wanted, directory: ZipDirectory): Promise<Content> {
    const packed = this.#packedOf(file, directory);
    return isLarge(file.row, directory)
      ? unpackedPieces(this.#object.pieces(file), packed)
      : unpacked(await this.#object.read(file), packed);
  }

  #packedOf({ row }: Wanted, directory: ZipDirectory): Packed {
    return {
      which: `${this.#object.where}: ${JSON.stringify(directory.table.pathOf(row))}`,
      method: directory.methodOf(row),
      packedSize: directory.packedSizeOf(row),
      size: directory.table.sizeOf(row),
      crc32: directory.crc32Of(row),
    };
  }
}

const lengthOf = ({ start, end }: { start: number; end: number }): number => end - start;

const isLarge = (row: number, { table, packedSizeOf }: ZipDirectory): boolean =>
  Math.max(table.sizeOf(row), packedSizeOf(row)) > partBytes;
