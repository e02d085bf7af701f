import { compareAmong, compareUtf8 } from './collation.ts';
import type { Order } from './expression.ts';
import type { Item } from './store.ts';

export interface Entry {
  item: Item;
  /** The value that it is sorted by. */
  key: string;
}

/**
 * A domain's items in the order of one attribute, kept from query to query: sorting 50,000 items anew
 * for each page of 2,500 would take longer than everything else. Items without the attribute are not in it.
 */
export class SortIndex {
  readonly #order: Order;
  readonly #entries: Entry[] = [];

  constructor(order: Order, items: Iterable<Item>) {
    this.#order = order;
    for (const item of items) {
      const key = sortKey(item, order);
      if (key !== undefined) this.#entries.push({ item, key });
    }
    const compareKeys = compareAmong(this.#entries.map(({ key }) => key));
    this.#entries.sort((a, b) => this.#compare(a, b, compareKeys));
  }

  /** The entries after the one with this key and name; all of them without it. */
  *after(start: { key: string; name: string } | undefined): Iterable<Entry> {
    const { length } = this.#entries;
    for (let i = start === undefined ? 0 : this.#findAfter(start.key, start.name); i < length; i++) {
      const entry = this.#entries[i];
      if (entry !== undefined) yield entry;
    }
  }

  /** An item was written: what it was before, and what it is now. */
  update(before: Item | undefined, now: Item | undefined): void {
    const oldKey = before && sortKey(before, this.#order);
    if (before !== undefined && oldKey !== undefined) {
      this.#entries.splice(this.#findAfter(oldKey, before.name) - 1, 1);
    }
    const key = now && sortKey(now, this.#order);
    if (now !== undefined && key !== undefined) {
      this.#entries.splice(this.#findAfter(key, now.name), 0, { item: now, key });
    }
  }

  /** How many entries are at or before this key and name. */
  #findAfter(key: string, name: string): number {
    let low = 0;
    let high = this.#entries.length;
    const sought = { key, item: { name } };
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && this.#compare(entry, sought, compareUtf8) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Equal values go by the item's name, so that pages neither overlap nor leave gaps. */
  #compare(a: Position, b: Position, compareKeys: typeof compareUtf8): number {
    const difference = compareKeys(a.key, b.key);
    if (difference === 0) return compareUtf8(a.item.name, b.item.name);
    return this.#order.descending ? -difference : difference;
  }
}

interface Position {
  key: string;
  item: { name: string };
}

/** Of several values the guide does not say which one sorts: here the one that comes first. */
function sortKey(item: Item, { by, descending }: Order): string | undefined {
  if (by.kind === 'itemName') return item.name;
  const values = item.attributes.get(by.name);
  if (values === undefined || values.length < 2) return values?.[0];
  const sorted = [...values].sort(compareUtf8);
  return descending ? sorted.at(-1) : sorted[0];
}
