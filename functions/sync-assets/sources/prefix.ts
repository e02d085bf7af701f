/** A prefix of a bucket that holds the files themselves: of another stage's site, or what a build wrote. */
import { listObjects } from '../../../shared/aws/s3/listing.ts';
import type { ListedObject, S3 } from '../../../shared/aws/s3/s3.ts';
import { partBytes } from '../../../shared/sites/content-tag.ts';
import { ownFolder } from '../../../shared/sites/keys.ts';
import { EntryTable } from './entry-table.ts';
import { readAhead } from './read-ahead.ts';
import type { Several } from './several.ts';
import type { Content, OpenedContent, Source, SourceEntry } from './source.ts';
import { SourceError } from './source-error.ts';
import { aheadLimits, StoredObject } from './stored-object.ts';
import { tagOfContent } from './tag-of.ts';
import { Texts } from './texts.ts';

export class PrefixSource implements Source {
  readonly #place: S3;
  readonly #from: { bucket: string; prefix: string };
  readonly #sitePrefix: string;

  constructor(place: S3, from: { bucket: string; prefix: string }, sitePrefix: string) {
    this.#place = place;
    this.#from = from;
    this.#sitePrefix = sitePrefix;
  }

  async *entries(): AsyncGenerator<SourceEntry> {
    const { bucket, prefix } = this.#from;
    const table = new EntryTable(`s3://${bucket}/${prefix}`, this.#sitePrefix);
    const etags = new Texts();
    const add = ({ key, size, etag }: ListedObject) => {
      const path = key.slice(prefix.length);
      // The prefix's own marker is no file; and what Groundskeeper knows of a site there is not for this one.
      if (path === '' || path.startsWith(ownFolder)) return;
      if (table.add(path, size) !== undefined) etags.push(etag);
    };
    for await (const page of listObjects(this.#place, bucket, prefix)) page.forEach(add);
    table.seal();
    for (const row of table.rows()) {
      yield { path: table.pathOf(row), size: table.sizeOf(row), etag: etags.at(row) };
    }
  }

  async tagOf(entry: SourceEntry): Promise<string> {
    return tagOfContent(await this.#contentOf(entry));
  }

  async *contents<Entry extends SourceEntry>(entries: Several<Entry>): AsyncGenerator<OpenedContent<Entry>> {
    const ahead = {
      items: entries,
      bytesOf: ({ size }: Entry) => Math.min(size, partBytes),
      ...aheadLimits,
    };
    yield* readAhead(ahead, async (entry) => ({ entry, content: await this.#contentOf(entry) }));
  }

  /** @throws TypeError if the entry does not come from here */
  objectOf({ path, etag }: SourceEntry): { bucket: string; key: string; etag: string } {
    if (etag === undefined) throw new TypeError(`${path} has no ETag: it was not listed`);
    return { bucket: this.#from.bucket, key: this.#from.prefix + path, etag };
  }

  async close(): Promise<void> {
    // Nothing is held.
  }

  async #contentOf(entry: SourceEntry): Promise<Content> {
    const object = new StoredObject(this.#place, { ...this.objectOf(entry), size: entry.size });
    const all = { start: 0, end: entry.size };
    return entry.size > partBytes ? object.pieces(all) : object.read(all);
  }
}

/** @throws SourceError if files would be copied onto themselves, or a site into itself */
export function refuseOverlap(
  from: { bucket: string; prefix: string },
  site: { bucket: string; prefix: string },
): void {
  if (from.bucket !== site.bucket) return;
  if (!from.prefix.startsWith(site.prefix) && !site.prefix.startsWith(from.prefix)) return;
  throw new SourceError(
    `s3://${from.bucket}/${from.prefix} and the site s3://${site.bucket}/${site.prefix} overlap: expected another place`,
  );
}
