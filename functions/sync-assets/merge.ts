/** Walks the files of a release, the rows of a manifest and a listing side by side, in the order of keys. */
import type { ListedObject } from '../../shared/aws/s3/s3.ts';
import { compareKeys } from '../../shared/sites/keys.ts';
import type { ManifestRow } from '../../shared/sites/manifest.ts';
import type { Known } from './decide.ts';
import type { SourceEntry } from './sources/source.ts';

export interface Sides {
  entries: AsyncIterable<SourceEntry>;
  rows: AsyncIterable<ManifestRow>;
  listed: AsyncIterable<ListedObject>;
  prefix: string;
}

/** Each key that any side has, once. Keeps one of each side in memory. */
export async function* merge({
  entries,
  rows,
  listed,
  prefix,
}: Sides): AsyncGenerator<Known & { key: string }> {
  const source = new Side(entries, ({ path }) => prefix + path);
  const manifest = new Side(rows, ({ key }) => key);
  const target = new Side(listed, ({ key }) => key);
  try {
    await Promise.all([source.advance(), manifest.advance(), target.advance()]);
    for (;;) {
      const key = smallest([source.key, manifest.key, target.key]);
      if (key === undefined) return;
      yield { key, entry: source.at(key), row: manifest.at(key), listed: target.at(key) };
      // One after another, since most have their next at hand.
      if (source.key === key) await source.advance();
      if (manifest.key === key) await manifest.advance();
      if (target.key === key) await target.advance();
    }
  } finally {
    await Promise.all([source.end(), manifest.end(), target.end()]);
  }
}

function smallest(keys: readonly (string | undefined)[]): string | undefined {
  let found: string | undefined;
  for (const key of keys) {
    if (key !== undefined && (found === undefined || compareKeys(key, found) < 0)) found = key;
  }
  return found;
}

/** One of the sides, and where it stands. */
class Side<Item> {
  key: string | undefined;
  #item: Item | undefined;
  readonly #items: AsyncIterator<Item>;
  readonly #keyOf: (item: Item) => string;

  constructor(items: AsyncIterable<Item>, keyOf: (item: Item) => string) {
    this.#items = items[Symbol.asyncIterator]();
    this.#keyOf = keyOf;
  }

  at(key: string): Item | undefined {
    return this.key === key ? this.#item : undefined;
  }

  /** @throws RangeError if the order is not that of keys: a key that was passed by would seem to be absent */
  async advance(): Promise<void> {
    const { done, value } = await this.#items.next();
    const key = done ? undefined : this.#keyOf(value);
    if (key !== undefined && this.key !== undefined && compareKeys(key, this.key) <= 0) {
      throw new RangeError(`${JSON.stringify(key)} came after ${JSON.stringify(this.key)}`);
    }
    this.key = key;
    this.#item = done ? undefined : value;
  }

  async end(): Promise<void> {
    await this.#items.return?.();
  }
}
