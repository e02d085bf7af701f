import { compareUtf8 } from './collation.ts';
import { SimpleDbError } from './errors.ts';
import type { Order } from './expression.ts';
import { SortIndex } from './sort-index.ts';

/** Never changed in place: a write puts another in its stead. */
export interface Item {
  readonly name: string;
  /** When it was created, counted over all items: the order of a Select without `order by`. */
  readonly sequence: number;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

export type Attributes = Item['attributes'];

/** What a read sees: the present, or the state before the last write. */
export interface View {
  get(name: string): Item | undefined;
  /** Oldest first. */
  all(): Iterable<Item>;
  sorted(order: Order): SortIndex;
}

// "Limits" (SDBLimits.html). The domain's own, 10 GB and 1 billion attributes, are beyond a test.
const MAX_DOMAINS = 250;
const MAX_PAIRS = 256;

/** One domain's items. */
export class Domain implements View {
  readonly #items = new Map<string, Item>();
  readonly #indexes = new Map<string, SortIndex>();
  /** Of what the last write changed: what was there before. */
  #before = new Map<string, Item | undefined>();

  get(name: string): Item | undefined {
    return this.#items.get(name);
  }

  all(): Iterable<Item> {
    return this.#items.values();
  }

  sorted(order: Order): SortIndex {
    const key = JSON.stringify(order);
    const index = this.#indexes.get(key) ?? new SortIndex(order, this.all());
    this.#indexes.set(key, index);
    return index;
  }

  /** The state before the last write. */
  past(): View {
    const all = (): Item[] => {
      const kept = [...this.#items.values()].filter(({ name }) => !this.#before.has(name));
      const undone = [...this.#before.values()].filter((item) => item !== undefined);
      return [...kept, ...undone].sort((a, b) => a.sequence - b.sequence);
    };
    return {
      all,
      get: (name) => (this.#before.has(name) ? this.#before.get(name) : this.#items.get(name)),
      sorted: (order) => new SortIndex(order, all()),
    };
  }

  /** Takes all changes or, where one of them breaks a limit, none. An item without attributes is gone. */
  write(changes: ReadonlyMap<string, Attributes>): void {
    for (const attributes of changes.values()) checkSize(attributes);
    this.#before = new Map([...changes.keys()].map((name) => [name, this.#items.get(name)]));
    for (const [name, attributes] of changes) this.#writeOne(name, attributes);
  }

  #writeOne(name: string, attributes: Attributes): void {
    const before = this.#items.get(name);
    const now =
      attributes.size === 0 ? undefined : { name, sequence: before?.sequence ?? nextSequence(), attributes };
    if (now === undefined) this.#items.delete(name);
    else this.#items.set(name, now);
    for (const index of this.#indexes.values()) index.update(before, now);
  }
}

/** An account's domains. */
export class Store {
  readonly #domains = new Map<string, Domain>();

  /** Idempotent: a domain that exists keeps its items. */
  create(name: string): void {
    if (this.#domains.has(name)) return;
    if (this.#domains.size >= MAX_DOMAINS) {
      throw new SimpleDbError('NumberDomainsExceeded', 'The domain limit was exceeded.');
    }
    this.#domains.set(name, new Domain());
  }

  /** Idempotent. */
  delete(name: string): void {
    this.#domains.delete(name);
  }

  domain(name: string): Domain {
    const domain = this.#domains.get(name);
    if (domain === undefined) throw new SimpleDbError('NoSuchDomain', 'The specified domain does not exist.');
    return domain;
  }

  names(): string[] {
    return [...this.#domains.keys()].sort(compareUtf8);
  }

  clear(): void {
    this.#domains.clear();
  }
}

let sequence = 0;

function nextSequence(): number {
  sequence += 1;
  return sequence;
}

function checkSize(attributes: Attributes): void {
  let pairs = 0;
  for (const values of attributes.values()) pairs += values.length;
  if (pairs > MAX_PAIRS) {
    throw new SimpleDbError('NumberItemAttributesExceeded', 'Too many attributes in this item.');
  }
}
