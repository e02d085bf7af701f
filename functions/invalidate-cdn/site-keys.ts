/** What else there is of the site, by its manifest: that a wildcard does not hit more of it than it must. */
import { awsErrorOf } from '../../shared/aws/errors.ts';
import { readObject } from '../../shared/aws/s3/objects.ts';
import { manifestKey } from '../../shared/sites/keys.ts';
import { openManifest } from '../../shared/sites/manifest-file.ts';
import type { CdnRun } from './clients.ts';

/**
 * Reads them once, if they are asked for. Undefined: not known. Then there are only wildcards that limits force:
 * a page that stays stale would be worse than paths that cost.
 */
export function siteKeys(run: CdnRun): () => Promise<string[] | undefined> {
  let keys: Promise<string[] | undefined> | undefined;
  return () => {
    keys ??= keysIn(run).catch((error: unknown) => {
      run.log.warn('manifest.unreadable', { site: run.job.site, error: awsErrorOf(error) });
      return undefined;
    });
    return keys;
  };
}

async function keysIn({ aws, job }: CdnRun): Promise<string[] | undefined> {
  const key = manifestKey(job.prefix);
  const read = await readObject(aws, { bucket: job.bucket, key });
  if (!read) return undefined;
  const manifest = await openManifest(read.body, `s3://${job.bucket}/${key}`);
  const keys: string[] = [];
  for await (const row of manifest.rows()) keys.push(row.key);
  return keys;
}
