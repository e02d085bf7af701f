/** What can be walked as often as one likes, and of which any can be had: an array, or what makes each one anew. */
export interface Several<Item> extends Iterable<Item> {
  readonly length: number;
  /** Undefined past the end. */
  at(index: number): Item | undefined;
}

/** Made when they are asked for: of 100,000 only those are in memory that are worked on. */
export const several = <Item>(length: number, make: (index: number) => Item): Several<Item> => ({
  length,
  at: (index) => (index < length ? make(index) : undefined),
  *[Symbol.iterator]() {
    for (let index = 0; index < length; index += 1) yield make(index);
  },
});
