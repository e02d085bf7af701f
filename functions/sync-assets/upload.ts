/** Brings contents into the bucket: many small files side by side, a large one in parts. */
import { crc32 } from 'node:zlib';
import pMap from 'p-map';
import { copyObject } from '../../shared/aws/s3/copy.ts';
import { putLargeObject } from '../../shared/aws/s3/large-object.ts';
import { putObject } from '../../shared/aws/s3/objects.ts';
import type { ObjectHeaders, S3 } from '../../shared/aws/s3/s3.ts';
import { isContentTag, md5Of } from '../../shared/sites/content-tag.ts';
import { OutOfTimeError } from './errors.ts';
import { Room } from './room.ts';
import type { Source, SourceEntry } from './sources/source.ts';

/** A file of the release that the bucket does not hold as it is. */
export interface Upload {
  /** Whole, with the site's prefix. */
  key: string;
  entry: SourceEntry;
  headers: ObjectHeaders;
}

/** What is known of an object after we wrote it; as in a manifest's row. */
export interface Written {
  etag: string;
  tag: string;
  crc32: number | undefined;
}

export interface Ends<Item> {
  written: (item: Item, written: Written) => void;
  failed: (item: Item, cause: unknown) => void;
}

/** As many connections as the client keeps: at some 20 ms an answer, 3,000 files a second. */
const filesAtOnce = 64;
/** Of contents that were read and are not yet written. */
const mostBytesInMemory = 64 * 1024 * 1024;

/** Where from and where to. */
export interface Way {
  source: Source;
  bucket: string;
  place: S3;
}

/** Writes all of them to the bucket. One's failure stops none of the others. */
export async function uploadAll<Item extends Upload>(
  uploads: readonly Item[],
  way: Way,
  ends: Ends<Item>,
): Promise<void> {
  const concurrency = filesAtOnce;
  const settle = async (item: Item, write: () => Promise<Written>) => {
    try {
      if (way.place.patience.timeLeft() <= 0) throw new OutOfTimeError();
      ends.written(item, await write());
    } catch (cause) {
      ends.failed(item, cause);
    }
  };
  if (way.source.objectOf) {
    await pMap(uploads, (item) => settle(item, () => copied(item, way)), { concurrency });
    return;
  }
  const waiting = new Map(uploads.map((item) => [item.entry.path, item]));
  const room = new Room(mostBytesInMemory);

  /** The small ones. Those in pieces are written meanwhile: they have to be read before the next is. */
  async function* smallOnes(): AsyncGenerator<{ item: Item; bytes: Uint8Array }> {
    for await (const { entry, content } of way.source.contents(uploads.map((upload) => upload.entry))) {
      const item = takeFrom(waiting, entry.path);
      if (content instanceof Uint8Array) {
        await room.take(content.length);
        yield { item, bytes: content };
      } else {
        await settle(item, () => writtenInParts(item, content, way));
      }
      if (way.place.patience.timeLeft() <= 0) return;
    }
  }

  const reading = untilBroken(smallOnes());
  const write = async ({ item, bytes }: { item: Item; bytes: Uint8Array }) => {
    await settle(item, () => written(item, bytes, way));
    room.give(bytes.length);
  };
  await pMap(reading.items, write, { concurrency });
  for (const item of waiting.values()) ends.failed(item, reading.broken() ?? new OutOfTimeError());
}

function takeFrom<Item>(waiting: Map<string, Item>, path: string): Item {
  const item = waiting.get(path);
  if (!item) throw new TypeError(`${path} was not asked for`);
  waiting.delete(path);
  return item;
}

/** Ends where reading breaks: thrown, uploads on their way would go on behind the back of a run that has ended. */
function untilBroken<Item>(all: AsyncIterable<Item>) {
  let broken: unknown;
  async function* items(): AsyncGenerator<Item> {
    try {
      yield* all;
    } catch (cause) {
      broken = cause;
    }
  }
  return { items: items(), broken: () => broken };
}

async function written({ key, entry, headers }: Upload, bytes: Uint8Array, { bucket, place }: Way) {
  const md5 = md5Of(bytes);
  const { etag } = await putObject(place, { bucket, key }, bytes, { headers, md5 });
  const tag = md5.toString('hex');
  // Mostly they are alike; one text of them takes half the memory.
  return { etag: etag === tag ? tag : etag, tag, crc32: entry.crc32 ?? crc32(bytes) };
}

const writtenInParts = ({ key, headers }: Upload, content: AsyncIterable<Uint8Array>, way: Way) =>
  putLargeObject(way.place, { bucket: way.bucket, key }, content, { headers });

async function copied({ key, entry, headers }: Upload, { source, bucket, place }: Way) {
  const from = source.objectOf?.(entry);
  if (!from) throw new TypeError(`${entry.path} is no object of S3`);
  const { etag } = await copyObject(place, {
    from,
    fromEtag: from.etag,
    to: { bucket, key },
    headers,
    size: entry.size,
  });
  return { etag, tag: isContentTag(from.etag) ? from.etag : '', crc32: entry.crc32 };
}
