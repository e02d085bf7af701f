/**
 * A tar.gz archive in S3. It has no directory and can only be read from its start: it is unpacked once, into a
 * temporary file, before anything is written. A zip is read without that.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partBytes } from '../../../shared/sites/content-tag.ts';
import type { Several } from './several.ts';
import type { Content, OpenedContent, Source, SourceEntry } from './source.ts';
import type { Opened } from './stored-object.ts';
import { tagOfContent } from './tag-of.ts';
import { type Spool, spoolTar } from './tar-spool.ts';

/** Its first bytes, which are read to learn its size and ETag. */
export const tarHeadBytes = 4 * 1024 * 1024;
const pieceBytes = 4 * 1024 * 1024;

export class TarSource implements Source {
  #head: Opened | undefined;
  readonly #prefix: string;
  #folder: string | undefined;
  #file: number | undefined;
  #spool: Promise<Spool> | undefined;

  /**
   * @param head the archive's first `tarHeadBytes`
   * @param prefix the site's
   */
  constructor(head: Opened, prefix: string) {
    this.#head = head;
    this.#prefix = prefix;
  }

  async *entries(): AsyncGenerator<SourceEntry> {
    const { table, crc32s } = await this.#unpacked();
    for (const row of table.rows()) {
      yield { path: table.pathOf(row), size: table.sizeOf(row), crc32: crc32s.at(row) };
    }
  }

  async tagOf(entry: SourceEntry): Promise<string> {
    return tagOfContent(this.#contentOf(entry, await this.#unpacked()));
  }

  async *contents<Entry extends SourceEntry>(entries: Several<Entry>): AsyncGenerator<OpenedContent<Entry>> {
    const spool = await this.#unpacked();
    for (const entry of entries) yield { entry, content: this.#contentOf(entry, spool) };
  }

  async close(): Promise<void> {
    if (this.#file !== undefined) closeSync(this.#file);
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#file = undefined;
    this.#folder = undefined;
  }

  #unpacked(): Promise<Spool> {
    const head = this.#head;
    if (head) {
      this.#head = undefined;
      this.#folder = mkdtempSync(join(tmpdir(), 'release-'));
      this.#file = openSync(join(this.#folder, 'contents'), 'w+');
      this.#spool = spoolTar(head, this.#prefix, this.#file);
    }
    return this.#spool as Promise<Spool>;
  }

  #contentOf({ path }: SourceEntry, { table, starts }: Spool): Content {
    const row = table.find(path);
    const size = table.sizeOf(row);
    return size > partBytes ? this.#pieces(starts.at(row), size) : this.#read(starts.at(row), size);
  }

  /** Without the thread pool, which takes several times as long as a small file. */
  #read(start: number, size: number): Uint8Array {
    if (this.#file === undefined) throw new TypeError('The source is closed');
    const bytes = Buffer.allocUnsafe(size);
    for (let filled = 0; filled < size; ) {
      const read = readSync(this.#file, bytes, filled, size - filled, start + filled);
      if (read === 0) throw new TypeError('The temporary file is shorter than what was written to it');
      filled += read;
    }
    return bytes;
  }

  async *#pieces(start: number, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < size; at += pieceBytes) {
      yield this.#read(start + at, Math.min(pieceBytes, size - at));
    }
  }
}
