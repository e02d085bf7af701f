/** Reads some ahead of who takes them, in order: so many at once, and so many bytes. */

export interface Ahead<Item> {
  items: Iterable<Item>;
  /** How much memory what is read takes. */
  bytesOf: (item: Item) => number;
  mostReads: number;
  mostBytes: number;
}

/** What is larger than `mostBytes` is read when nothing else is. */
export async function* readAhead<Item, Read>(
  { items, bytesOf, mostReads, mostBytes }: Ahead<Item>,
  read: (item: Item) => Promise<Read>,
): AsyncGenerator<Read> {
  const underWay: { bytes: number; reading: Promise<Read> }[] = [];
  const rest = items[Symbol.iterator]();
  let next = rest.next();
  let bytes = 0;
  const hasRoom = (more: number) =>
    underWay.length === 0 || (underWay.length < mostReads && bytes + more <= mostBytes);
  try {
    while (true) {
      while (!next.done && hasRoom(bytesOf(next.value))) {
        const item = next.value;
        const reading = read(item);
        // Its failure is seen in its turn; until then it is no unhandled one.
        reading.catch(() => undefined);
        underWay.push({ bytes: bytesOf(item), reading });
        bytes += bytesOf(item);
        next = rest.next();
      }
      const first = underWay[0];
      if (!first) return;
      yield await first.reading;
      underWay.shift();
      bytes -= first.bytes;
    }
  } finally {
    await Promise.allSettled(underWay.map(({ reading }) => reading));
  }
}
