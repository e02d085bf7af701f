/** What tests read of a source, and names that a release may have. */
import fc from 'fast-check';
import type { Source, SourceEntry } from '../../functions/sync-assets/sources/source.ts';

export async function entriesOf(source: Source): Promise<SourceEntry[]> {
  const entries: SourceEntry[] = [];
  for await (const entry of source.entries()) entries.push(entry);
  return entries;
}

export async function contentsOf(
  source: Source,
  entries: readonly SourceEntry[],
): Promise<Map<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  for await (const { entry, content } of source.contents(entries)) {
    const pieces: Uint8Array[] = [];
    if (content instanceof Uint8Array) pieces.push(content);
    else for await (const piece of content) pieces.push(Buffer.from(piece));
    contents.set(entry.path, Buffer.concat(pieces));
  }
  return contents;
}

/** All of it, as `{ path: content }`. */
export async function readBack(source: Source): Promise<Record<string, string>> {
  const contents = await contentsOf(source, await entriesOf(source));
  return Object.fromEntries([...contents].map(([path, bytes]) => [path, bytes.toString('latin1')]));
}

const name = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', '-', '_', '0', ' ', 'é', '日', '😀'),
  minLength: 1,
  maxLength: 8,
});

/** Paths and contents of a few files. */
export const anyFiles = fc
  .uniqueArray(
    fc.record({
      path: fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/')),
      content: fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(5000).map((length) => new Uint8Array(length).fill(97)),
      ),
    }),
    { minLength: 1, maxLength: 25, selector: ({ path }) => path.normalize('NFC') },
  )
  // fflate takes an object, and reads a folder out of each slash.
  .filter((files) => !files.some(({ path }) => files.some((other) => other.path.startsWith(`${path}/`))));
