/** Whether a bucket holds exactly the files of a folder: every key is read, and every byte compared. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import pMap from 'p-map';
import { StoredObject } from '../../../functions/sync-assets/sources/stored-object.ts';
import { listObjects } from '../../../shared/aws/s3/listing.ts';
import type { ListedObject, S3 } from '../../../shared/aws/s3/s3.ts';
import { ownFolder } from '../../../shared/sites/keys.ts';
import type { Files } from './files.ts';

export interface Verdict {
  missing: number;
  stale: number;
  extra: number;
}

export async function check({ folder, paths }: Files, place: S3, bucket: string): Promise<Verdict> {
  const verdict = { missing: 0, stale: 0, extra: 0 };
  const expected = new Set(paths);
  const listed = new Map<string, ListedObject>();
  for await (const page of listObjects(place, bucket, '')) {
    for (const object of page) if (!object.key.startsWith(ownFolder)) listed.set(object.key, object);
  }
  verdict.extra = [...listed.keys()].filter((key) => !expected.has(key)).length;
  const compare = async (path: string) => {
    const object = listed.get(path);
    if (!object) {
      verdict.missing += 1;
      return;
    }
    const { key, etag, size } = object;
    const content = new StoredObject(place, { bucket, key, etag, size }).pieces({ start: 0, end: size });
    if ((await hashOf(content)) !== (await hashOf(createReadStream(join(folder, path))))) verdict.stale += 1;
  };
  await pMap(paths, compare, { concurrency: 16 });
  return verdict;
}

async function hashOf(content: AsyncIterable<unknown>): Promise<string> {
  const hash = createHash('sha1');
  for await (const piece of content) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Nothing, where all is right. */
export const describeVerdict = ({ missing, stale, extra }: Verdict): string =>
  Object.entries({ missing, stale, extra })
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
