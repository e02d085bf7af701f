/** What a zip archive says of its files at its end. APPNOTE.TXT, https://support.pkware.com/pkzip/appnote. */
import { isUtf8 } from 'node:buffer';
import yauzl, { type Entry } from 'yauzl';
import { Column } from './column.ts';
import { EntryTable } from './entry-table.ts';
import { checkAmount } from './limits.ts';
import { SourceError } from './source-error.ts';
import type { Opened, Span } from './stored-object.ts';
import { ZipReader } from './zip-reader.ts';

/** APPNOTE 4.4.5: the two methods that zip archives are written with in practice. */
export const stored = 0;
export const deflated = 8;

/** APPNOTE 4.3.7: what precedes a name and the data. */
export const localHeaderBytes = 30;
/** The longest name and extra field before the data, and the longest data descriptor behind it. */
const mostAround = 2 * 0xffff + 24;

/** The files, and where each lies in the archive. */
export class ZipDirectory {
  readonly table: EntryTable;
  readonly #methods = new Column();
  readonly #crc32s = new Column();
  readonly #packedSizes = new Column();
  readonly #starts = new Column();
  /** Of everything in the archive, folders too, in order; the directory itself is the last. */
  readonly #allStarts: Float64Array;

  private constructor(table: EntryTable, allStarts: Float64Array) {
    this.table = table;
    this.#allStarts = allStarts;
  }

  /**
   * @param tail the end of the archive
   * @param prefix the site's
   * @throws SourceError if anything is wrong with it
   */
  static async read(tail: Opened, prefix: string): Promise<ZipDirectory> {
    const { where, size } = tail.object;
    const reader = new ZipReader(tail);
    try {
      const zip = await yauzl.fromRandomAccessReaderPromise(reader, size, {
        autoClose: false,
        decodeStrings: false,
      });
      checkAmount(where, { entries: zip.entryCount, bytes: 0 });
      const starts = new Float64Array(zip.entryCount + 1);
      // Its type is wrong: it is a number.
      starts[zip.entryCount] = Number(zip.readEntryCursor);
      const directory = new ZipDirectory(new EntryTable(where, prefix), starts);
      let count = 0;
      for await (const entry of zip.eachEntry()) {
        starts[count] = entry.relativeOffsetOfLocalHeader;
        count += 1;
        directory.#add(entry, where);
      }
      await refuseMore(reader, Number(zip.readEntryCursor), where);
      directory.#seal(where, size);
      return directory;
    } catch (cause) {
      throw reader.explained(cause);
    }
  }

  methodOf = (row: number): number => this.#methods.at(row);
  crc32Of = (row: number): number => this.#crc32s.at(row);
  packedSizeOf = (row: number): number => this.#packedSizes.at(row);

  /** Where the file lies, with its header. How long that is, only the header itself says: this is not less. */
  spanOf(row: number): Span {
    const start = this.#starts.at(row);
    const atMost = start + localHeaderBytes + this.packedSizeOf(row) + mostAround;
    return { start, end: Math.min(atMost, this.#nextAfter(start)) };
  }

  #add(entry: Entry, where: string): void {
    const path = pathOf(entry).replace(/^(\.\/)+/, '');
    // The folder itself, where all names have "./" before them.
    if (path === '') return;
    refuseUnreadable(entry, `${where}: ${JSON.stringify(path)}`);
    if (this.table.add(path, entry.uncompressedSize) === undefined) return;
    this.#methods.push(entry.compressionMethod);
    this.#crc32s.push(entry.crc32);
    this.#packedSizes.push(entry.compressedSize);
    this.#starts.push(entry.relativeOffsetOfLocalHeader);
  }

  #seal(where: string, packedBytes: number): void {
    checkAmount(where, { entries: this.table.length, bytes: this.table.bytes, packedBytes });
    this.#allStarts.sort();
    this.table.seal();
    // Files that share bytes are how a small archive holds a large one many times.
    for (let row = 0; row < this.table.length; row += 1) {
      const { start, end } = this.spanOf(row);
      if (start + localHeaderBytes + this.packedSizeOf(row) > end) {
        throw new SourceError(`${where}: ${JSON.stringify(this.table.pathOf(row))} overlaps another file`);
      }
    }
  }

  #nextAfter(start: number): number {
    let [low, high] = [0, this.#allStarts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#allStarts[middle] ?? 0) <= start) low = middle + 1;
      else high = middle;
    }
    const next = this.#allStarts[low] ?? start;
    // One that begins at the same byte as another has nothing of its own.
    return this.#allStarts[low - 2] === start ? start : next;
  }
}

/** The flag that says so is often left out: macOS's own archives are UTF-8 without it. */
function pathOf(entry: Entry): string {
  const bytes = entry.fileNameRaw;
  const flags = isUtf8(bytes) ? entry.generalPurposeBitFlag | 0x800 : entry.generalPurposeBitFlag;
  return yauzl.getFileNameLowLevel(flags, bytes, entry.extraFields, true);
}

function refuseUnreadable(entry: Entry, which: string): void {
  // APPNOTE 4.4.2: made on Unix, the file's mode is in the upper half. S_IFLNK of S_IFMT.
  const mode = entry.versionMadeBy >>> 8 === 3 ? entry.externalFileAttributes >>> 16 : 0;
  if ((mode & 0o170000) === 0o120000) {
    throw new SourceError(`${which} is a symbolic link: pack what it leads to (zip without -y)`);
  }
  if (entry.isEncrypted()) throw new SourceError(`${which} is encrypted`);
  if (entry.compressionMethod !== stored && entry.compressionMethod !== deflated) {
    throw new SourceError(
      `${which} is packed by method ${entry.compressionMethod}: expected stored or deflated`,
    );
  }
}

/**
 * The number of files is one of 16 bits where zip64 is not used: some writers let it begin at 0 again. A file that
 * is not seen would be one that is gone.
 */
async function refuseMore(reader: ZipReader, end: number, where: string): Promise<void> {
  const next = (await reader.at(end, 4)).readUInt32LE();
  if (next === 0x02014b50) throw new SourceError(`${where} holds more files than it says: it is damaged`);
}
