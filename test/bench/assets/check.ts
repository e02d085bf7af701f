/** Whether a bucket holds exactly the files of a folder: every key is read, and every byte compared. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import pMap from 'p-map';
import { listObjects } from '../../../shared/aws/s3/listing.ts';
import { streamObject } from '../../../shared/aws/s3/objects.ts';
import type { S3 } from '../../../shared/aws/s3/s3.ts';
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
  for await (const page of listObjects(place, bucket, '')) {
    verdict.extra += page.filter(({ key }) => !key.startsWith(ownFolder) && !expected.has(key)).length;
  }
  const compare = async (path: string) => {
    const found = await streamObject(place, { bucket, key: path });
    if (!found) verdict.missing += 1;
    else if ((await hashOf(found.body)) !== (await hashOf(createReadStream(join(folder, path))))) {
      verdict.stale += 1;
    }
  };
  await pMap(paths, compare, { concurrency: 16 });
  return verdict;
}

async function hashOf(content: Readable): Promise<string> {
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
