/** What is in a bucket. */
import { observing } from '../ec2.ts';
import { persist } from '../persist.ts';
import { child, childrenOf, type XmlElement } from '../simpledb/xml.ts';
import { present } from './client.ts';
import { documentIn } from './errors.ts';
import { unquoted } from './object-headers.ts';
import type { ListedObject, S3 } from './s3.ts';

/**
 * The objects below a prefix, page after page, in the order of their keys' UTF-8 bytes. A page that cannot
 * be read ends the run: what is not listed is not known to be absent.
 */
export async function* listObjects(
  place: S3,
  bucket: string,
  prefix: string,
): AsyncGenerator<readonly ListedObject[]> {
  let reading: Promise<Page> | undefined = pageFrom(place, { bucket, prefix });
  try {
    while (reading) {
      const { objects, next }: Page = await reading;
      // S3 makes the next page while this one is used.
      reading = next === undefined ? undefined : pageFrom(place, { bucket, prefix, next });
      yield objects;
    }
  } finally {
    await reading?.catch(() => undefined);
  }
}

interface Page {
  objects: ListedObject[];
  next: string | undefined;
}

interface Listing {
  bucket: string;
  prefix: string;
  /** Where the page before ended. */
  next?: string;
}

function pageFrom(place: S3, listing: Listing): Promise<Page> {
  const reading = observing(`The bucket ${listing.bucket}`, () => readPage(place, listing));
  // Its failure is seen in its turn; until then it is no unhandled one.
  reading.catch(() => undefined);
  return reading;
}

function readPage({ s3, patience }: S3, { bucket, prefix, next: from }: Listing): Promise<Page> {
  return persist(async () => {
    const { body } = await s3.send({
      method: 'GET',
      bucket,
      // XML cannot carry every character that a key may have.
      query: { 'list-type': '2', 'encoding-type': 'url', prefix, 'continuation-token': from },
    });
    const root = documentIn(body, 'ListBucketResult', bucket);
    const objects = childrenOf(root, 'Contents').map((element) => objectOf(element, bucket));
    const isTruncated = present(child(root, 'IsTruncated')?.text, 'IsTruncated', bucket) === 'true';
    const next = isTruncated
      ? present(child(root, 'NextContinuationToken')?.text, 'NextContinuationToken', bucket)
      : undefined;
    return { objects, next };
  }, patience);
}

/** S3's own time, by the shortest answer that only needs leave to list. */
export function timeIn({ s3, patience }: S3, bucket: string): Promise<Date> {
  return observing(`The bucket ${bucket}`, () =>
    persist(async () => {
      const query = { 'list-type': '2', 'max-keys': '1' };
      const { headers } = await s3.send({ method: 'GET', bucket, query });
      return new Date(present(headers['date'], 'Date', bucket));
    }, patience),
  );
}

function objectOf(element: XmlElement, bucket: string): ListedObject {
  const field = (name: string): string => present(child(element, name)?.text, name, bucket);
  return {
    key: decodedKey(field('Key')),
    etag: unquoted(field('ETag')),
    size: Number(field('Size')),
    lastModified: new Date(field('LastModified')),
  };
}

/** S3 writes a blank as `+`. */
export const decodedKey = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
