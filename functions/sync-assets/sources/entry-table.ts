/**
 * The files of a release, in the order of their paths. All are known before the first is given out, so that
 * whatever is wrong is said before anything is written: some 50 bytes and the path itself for each.
 */
import { Column } from './column.ts';
import { checkPath, isJunk } from './entry-names.ts';
import { checkAmount } from './limits.ts';
import { SourceError } from './source-error.ts';
import { Texts } from './texts.ts';

export class EntryTable {
  readonly #where: string;
  readonly #prefix: string;
  readonly #paths = new Texts();
  readonly #sizes = new Column();
  #bytes = 0;
  /** Rows by their path; empty until it is sealed. */
  #order = new Uint32Array();

  /**
   * @param where the source, for people
   * @param prefix the site's, which becomes part of every key
   */
  constructor(where: string, prefix: string) {
    this.#where = where;
    this.#prefix = prefix;
  }

  /**
   * The row of the file; undefined if it is none that is published: a folder, or what a system left behind.
   *
   * @throws SourceError if the path is not allowed, or if there is too much
   */
  add(path: string, size: number): number | undefined {
    const isFolder = path.endsWith('/') && size === 0;
    checkPath(isFolder ? path.slice(0, -1) : path, { where: this.#where, prefix: this.#prefix });
    if (isFolder || isJunk(path)) return undefined;
    this.#bytes += size;
    this.#paths.push(path);
    this.#sizes.push(size);
    checkAmount(this.#where, { entries: this.#sizes.length, bytes: this.#bytes });
    return this.#sizes.length - 1;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#sizes.length;
  }

  /**
   * To be called once, when all are there.
   *
   * @throws SourceError if it is empty, or if two files would be one
   */
  seal(): void {
    if (this.length === 0) {
      throw new SourceError(`${this.#where} holds no file: a release that is empty is taken for a mistake`);
    }
    this.#order = Uint32Array.from({ length: this.length }, (_, row) => row);
    if (!this.#isSorted()) this.#order.sort((a, b) => this.#paths.compare(a, b));
    this.#refuseDoubles();
    this.#refuseAlike();
  }

  /** The rows, by path. */
  rows(): Iterable<number> {
    return this.#order;
  }

  pathOf(row: number): string {
    return this.#paths.at(row);
  }

  sizeOf(row: number): number {
    return this.#sizes.at(row);
  }

  /** @throws TypeError if there is no such path: it did not come from here */
  find(path: string): number {
    const wanted = Buffer.from(path);
    let [low, high] = [0, this.#order.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = this.#order[middle] ?? 0;
      const difference = this.#paths.compareWith(row, wanted);
      if (difference === 0) return row;
      if (difference < 0) low = middle + 1;
      else high = middle;
    }
    throw new TypeError(`${path} is no file of ${this.#where}`);
  }

  #isSorted(): boolean {
    for (let row = 1; row < this.length; row += 1) if (this.#paths.compare(row - 1, row) > 0) return false;
    return true;
  }

  #refuseDoubles(): void {
    for (let i = 1; i < this.#order.length; i += 1) {
      const [before = 0, row = 0] = this.#order.subarray(i - 1, i + 1);
      if (this.#paths.compare(before, row) === 0) {
        throw new SourceError(`${this.#where} holds ${JSON.stringify(this.pathOf(row))} twice`);
      }
    }
  }

  /**
   * `é` can be written as one character or as two, and to people, and to macOS, it is the same name. At least one
   * of two that are alike is not in Unicode's normal form: only those few are remembered.
   */
  #refuseAlike(): void {
    const others = new Map<string, string>();
    for (const path of this.#notAscii()) {
      const normal = path.normalize('NFC');
      if (normal === path) continue;
      const alike = others.get(normal);
      if (alike !== undefined) this.#refusePair(alike, path);
      others.set(normal, path);
    }
    if (others.size === 0) return;
    for (const path of this.#notAscii()) {
      const alike = others.get(path);
      if (alike !== undefined) this.#refusePair(alike, path);
    }
  }

  *#notAscii(): Generator<string> {
    for (const row of this.#order) {
      const path = this.pathOf(row);
      if (/[^\x20-\x7e]/.test(path)) yield path;
    }
  }

  #refusePair(one: string, other: string): never {
    throw new SourceError(
      `${this.#where} holds two files whose names look the same: ${encodeURI(one)} and ${encodeURI(other)}`,
    );
  }
}
