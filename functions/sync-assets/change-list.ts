/** What a run is to change, in the order of keys: 100,000 objects with their texts would take 70 MB, columns take 10. */
import { Column } from './sources/column.ts';
import { type Several, several } from './sources/several.ts';
import { Texts } from './sources/texts.ts';

/** What is each one's own. */
export interface Own {
  key: string;
  /** Of the content, in bytes. */
  size: number;
  etag?: string | undefined;
  tag?: string | undefined;
  crc32?: number | undefined;
}

export type Change<Shared> = Readonly<
  Own & Shared & { /** Within the release. */ path: string /** In its list. */; position: number }
>;

/** @typeParam Shared what many have in common: JSON, of which each different one is kept once */
export class ChangeList<Shared extends object> implements Several<Change<Shared>> {
  readonly #prefix: string;
  readonly #keys = new Texts();
  readonly #sizes = new Column();
  readonly #etags = new Texts();
  readonly #tags = new Texts();
  readonly #crc32s = new Column();
  readonly #kinds = new Column();
  readonly #shared: Shared[] = [];
  readonly #kindOf = new Map<string, number>();

  /** @param prefix the site's */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  push({ key, size, etag = '', tag = '', crc32 = Number.NaN }: Own, shared: Shared): void {
    this.#keys.push(key);
    this.#sizes.push(size);
    this.#etags.push(etag);
    this.#tags.push(tag);
    this.#crc32s.push(crc32);
    this.#kinds.push(this.#kept(shared));
  }

  get length(): number {
    return this.#keys.length;
  }

  /** Another one, with none of these. */
  emptied(): ChangeList<Shared> {
    return new ChangeList(this.#prefix);
  }

  /** Of all contents. */
  get bytes(): number {
    let sum = 0;
    for (let position = 0; position < this.length; position += 1) sum += this.#sizes.at(position);
    return sum;
  }

  at(position: number): Change<Shared> | undefined {
    if (position >= this.length) return undefined;
    const key = this.#keys.at(position);
    const etag = this.#etags.at(position);
    const crc32 = this.#crc32s.at(position);
    return {
      key,
      path: key.slice(this.#prefix.length),
      position,
      size: this.#sizes.at(position),
      etag: etag === '' ? undefined : etag,
      tag: this.#tags.at(position),
      crc32: Number.isNaN(crc32) ? undefined : crc32,
      // The last: V8 takes ten times as long where it comes first.
      ...this.#sharedBy(position),
    };
  }

  *[Symbol.iterator](): Generator<Change<Shared>> {
    for (let position = 0; position < this.length; position += 1) yield this.at(position) as Change<Shared>;
  }

  /** Some at a time. */
  *slices(length: number): Generator<Change<Shared>[]> {
    for (let start = 0; start < this.length; start += length) {
      const positions = { length: Math.min(length, this.length - start) };
      yield Array.from(positions, (_, i) => this.at(start + i) as Change<Shared>);
    }
  }

  /** Those of which that holds. */
  filter(holds: (shared: Shared) => boolean): Several<Change<Shared>> {
    const positions = new Column();
    for (let position = 0; position < this.length; position += 1) {
      if (holds(this.#sharedBy(position))) positions.push(position);
    }
    return several(positions.length, (index) => this.at(positions.at(index)) as Change<Shared>);
  }

  #sharedBy(position: number): Shared {
    return this.#shared[this.#kinds.at(position)] as Shared;
  }

  #kept(shared: Shared): number {
    const text = JSON.stringify(shared);
    const known = this.#kindOf.get(text);
    if (known !== undefined) return known;
    this.#kindOf.set(text, this.#shared.length);
    return this.#shared.push(shared) - 1;
  }
}
