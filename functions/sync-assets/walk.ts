/** Lists that are walked side by side, each in the order of its keys. */
import { compareKeys } from '../../shared/sites/keys.ts';

interface Keyed {
  key: string;
}

/** A list, and where one stands in it. */
export class Walk<Item extends Keyed> {
  /** Undefined at the end. */
  next: Item | undefined;
  readonly #items: Iterator<Item>;

  constructor(items: Iterable<Item>) {
    this.#items = items[Symbol.iterator]();
    this.advance();
  }

  advance(): void {
    const { done, value } = this.#items.next();
    this.next = done ? undefined : value;
  }

  isBefore(key: string): boolean {
    return this.next !== undefined && compareKeys(this.next.key, key) < 0;
  }

  /** The one of this key, if there is one: to be asked for in the order of keys. */
  find(key: string): Item | undefined {
    while (this.isBefore(key)) this.advance();
    return this.next?.key === key ? this.next : undefined;
  }
}

/** All of them as one list. */
export function* inOrder<Item extends Keyed>(lists: readonly Iterable<Item>[]): Generator<Item> {
  const walks = lists.map((list) => new Walk(list));
  for (;;) {
    const first = walks.reduce((one, other) => (one.next && !other.isBefore(one.next.key) ? one : other));
    if (!first.next) return;
    yield first.next;
    first.advance();
  }
}
