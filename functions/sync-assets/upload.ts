/** Brings contents into the bucket: many small files side by side, a large one in parts. */
import { crc32 } from 'node:zlib';
import pMap from 'p-map';
import { copyObject } from '../../shared/aws/s3/copy.ts';
import { putLargeObject } from '../../shared/aws/s3/large-object.ts';
import { putObject } from '../../shared/aws/s3/objects.ts';
import type { ObjectHeaders, S3 } from '../../shared/aws/s3/s3.ts';
import { isContentTag, md5Of } from '../../shared/sites/content-tag.ts';
import { Bits } from './bits.ts';
import type { Written } from './done.ts';
import { OutOfTimeError } from './errors.ts';
import { Room } from './room.ts';
import type { Several } from './sources/several.ts';
import type { Source, SourceEntry } from './sources/source.ts';

/** A file of the release that the bucket does not hold as it is. */
export interface Upload extends SourceEntry {
  /** Among all that are to be brought. */
  position: number;
  /** Whole, with the site's prefix. */
  key: string;
  headers: ObjectHeaders;
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
  uploads: Several<Item>,
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
  const reached = new Bits();
  const room = new Room(mostBytesInMemory);

  /** The small ones. Those in pieces are written meanwhile: they have to be read before the next is. */
  async function* smallOnes(): AsyncGenerator<{ item: Item; bytes: Uint8Array }> {
    for await (const { entry: item, content } of way.source.contents(uploads)) {
      reached.set(item.position);
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
  if (reached.count === uploads.length) return;
  const cause = reading.broken() ?? new OutOfTimeError();
  for (const item of uploads) if (!reached.has(item.position)) ends.failed(item, cause);
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

async function written({ key, headers, crc32: known }: Upload, bytes: Uint8Array, { bucket, place }: Way) {
  const md5 = md5Of(bytes);
  const { etag } = await putObject(place, { bucket, key }, bytes, { headers, md5 });
  const tag = md5.toString('hex');
  return { etag, tag, crc32: known ?? crc32(bytes) };
}

const writtenInParts = ({ key, headers }: Upload, content: AsyncIterable<Uint8Array>, way: Way) =>
  putLargeObject(way.place, { bucket: way.bucket, key }, content, { headers });

async function copied(upload: Upload, { source, bucket, place }: Way) {
  const { key, headers, size, crc32 } = upload;
  const from = source.objectOf?.(upload);
  if (!from) throw new TypeError(`${upload.path} is no object of S3`);
  const { etag } = await copyObject(place, {
    from,
    fromEtag: from.etag,
    to: { bucket, key },
    headers,
    size,
  });
  return { etag, tag: isContentTag(from.etag) ? from.etag : '', crc32 };
}
