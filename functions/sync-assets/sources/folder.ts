/** A folder of the machine that the command runs on. */

import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { partBytes, tagOfWhole } from '../../../shared/sites/content-tag.ts';
import { compareKeys } from '../../../shared/sites/keys.ts';
import { isHidden, isJunk } from './entry-names.ts';
import { EntryTable } from './entry-table.ts';
import type { Several } from './several.ts';
import type { Content, OpenedContent, Source, SourceEntry } from './source.ts';
import { SourceError } from './source-error.ts';
import { tagOfContent } from './tag-of.ts';

/** Small enough to stay in the processor's cache until it is copied. */
const pieceBytes = 1024 * 1024;

export interface FolderOptions {
  /** Dot-files and node_modules, too. */
  all?: boolean;
  /** Is told of each of these that is left out; a folder has its last slash. */
  onLeftOut?: (path: string) => void;
}

export class FolderSource implements Source {
  readonly #root: string;
  readonly #where: string;
  readonly #prefix: string;
  readonly #options: FolderOptions;
  #piece: Buffer | undefined;
  /** The folders that are being walked, one within the other. */
  readonly #walked: string[] = [];

  /**
   * @param folder as it was typed
   * @param prefix the site's
   * @throws SourceError if it is no folder
   */
  constructor(folder: string, prefix: string, options: FolderOptions = {}) {
    this.#where = folder;
    this.#prefix = prefix;
    this.#options = options;
    try {
      this.#root = realpathSync(folder);
    } catch (cause) {
      throw new SourceError(`${folder} is not there`, { cause });
    }
    if (!statSync(this.#root).isDirectory()) throw new SourceError(`${folder} is no folder`);
  }

  async *entries(): AsyncGenerator<SourceEntry> {
    const table = new EntryTable(this.#where, this.#prefix);
    this.#walk(this.#root, '', table);
    table.seal();
    for (const row of table.rows()) yield { path: table.pathOf(row), size: table.sizeOf(row) };
  }

  async tagOf(entry: SourceEntry): Promise<string> {
    return entry.size < pieceBytes ? this.#tagOfSmall(entry) : tagOfContent(this.#contentOf(entry));
  }

  /** Each in place of the one before: for thousands of files, memory of their own costs more than their contents. */
  #tagOfSmall({ path, size }: SourceEntry): string {
    this.#piece ??= Buffer.allocUnsafe(pieceBytes);
    const file = openSync(join(this.#root, path), 'r');
    try {
      const read = readWhole(file, this.#piece);
      this.#checkSize(path, size, read);
      return tagOfWhole(this.#piece.subarray(0, read));
    } finally {
      closeSync(file);
    }
  }

  async *contents<Entry extends SourceEntry>(entries: Several<Entry>): AsyncGenerator<OpenedContent<Entry>> {
    for (const entry of entries) yield { entry, content: this.#contentOf(entry) };
  }

  async close(): Promise<void> {
    // Nothing is held.
  }

  /**
   * @param folder without any link in it
   * @param path of the folder, with its last slash; `''` for the root
   */
  #walk(folder: string, path: string, table: EntryTable): void {
    this.#walked.push(folder);
    // In the order of a listing, where a folder's name has its slash: then the table has nothing to sort.
    const listing = readdirSync(folder, { withFileTypes: true })
      .map((found) => ({ found, name: found.isDirectory() ? `${found.name}/` : found.name }))
      .sort((a, b) => compareKeys(a.name, b.name));
    for (const { found, name: shown } of listing) {
      const name = path + found.name;
      if (isJunk(name) || this.#leavesOut(found.name, path + shown)) continue;
      const place = join(folder, found.name);
      if (found.isSymbolicLink()) this.#follow(place, name, table);
      else this.#take(place, name, statSync(place), table);
    }
    this.#walked.pop();
  }

  #leavesOut(name: string, path: string): boolean {
    const { all = false, onLeftOut } = this.#options;
    if (all || !isHidden(name)) return false;
    onLeftOut?.(path);
    return true;
  }

  #take(place: string, path: string, stats: Stats, table: EntryTable): void {
    if (stats.isDirectory()) this.#walk(place, `${path}/`, table);
    else if (stats.isFile()) table.add(path, stats.size);
    else throw new SourceError(`${this.#where}: ${JSON.stringify(path)} is neither a file nor a folder`);
  }

  /** A link is what it leads to, if that is in the folder too: it may lead to a password file. */
  #follow(place: string, path: string, table: EntryTable): void {
    const which = `${this.#where}: the symbolic link ${JSON.stringify(path)}`;
    let target: string;
    try {
      target = realpathSync(place);
    } catch (cause) {
      throw new SourceError(`${which} leads nowhere`, { cause });
    }
    if (isOutside(this.#root, target)) throw new SourceError(`${which} leaves the folder`);
    if (this.#walked.includes(target)) throw new SourceError(`${which} leads to a folder that it lies in`);
    this.#take(target, path, statSync(target), table);
  }

  /** Read at once: for a small file Node's thread pool takes several times as long as the file itself. */
  #contentOf({ path, size }: SourceEntry): Content {
    const file = join(this.#root, path);
    if (size > partBytes) return this.#pieces(file, path, size);
    const bytes = readFileSync(file);
    this.#checkSize(path, size, bytes.length);
    return bytes;
  }

  async *#pieces(file: string, path: string, size: number): AsyncGenerator<Uint8Array> {
    const handle = await open(file);
    try {
      let read = 0;
      for await (const piece of piecesOf(handle)) {
        read += piece.length;
        if (read > size) break;
        yield piece;
      }
      this.#checkSize(path, size, read);
    } finally {
      await handle.close();
    }
  }

  #checkSize(path: string, size: number, read: number): void {
    if (read === size) return;
    throw new SourceError(`${this.#where}: ${JSON.stringify(path)} was changed while it was read`);
  }
}

/** @returns how many bytes of the file there are, or that it has at least as many as the room */
function readWhole(file: number, room: Buffer): number {
  let read = 0;
  for (let more = -1; more !== 0 && read < room.length; read += more) {
    more = readSync(file, room, read, room.length - read, null);
  }
  return read;
}

/** Each in place of the one before. */
async function* piecesOf(handle: FileHandle): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafe(pieceBytes);
  while (true) {
    const { bytesRead } = await handle.read(piece);
    if (bytesRead === 0) return;
    yield piece.subarray(0, bytesRead);
  }
}

function isOutside(folder: string, place: string): boolean {
  const way = relative(folder, place);
  // Absolute: on another drive.
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}
