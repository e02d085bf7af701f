/** What stands of a site: its manifest, and whether a run works on it. */
import { listObjects, timeIn } from '../../shared/aws/s3/listing.ts';
import { readObject } from '../../shared/aws/s3/objects.ts';
import type { ListedObject } from '../../shared/aws/s3/s3.ts';
import { AutomationError } from '../../shared/errors.ts';
import { manifestKey, ownFolder } from '../../shared/sites/keys.ts';
import type { ManifestRow } from '../../shared/sites/manifest.ts';
import { type Manifest, ManifestError, openManifest } from '../../shared/sites/manifest-file.ts';
import type { Changes } from '../../shared/sites/synced.ts';
import type { SyncRun } from './clients.ts';
import { changesIn, type Place } from './journal.ts';
import { type FoundLock, readLock } from './lock.ts';

export interface Seen {
  /** S3's time when it was looked at: no clock of a laptop has a say. */
  at: Date;
  manifest: (Manifest & { etag: string; answeredAt: Date }) | undefined;
  /** One whose run has not done all, and does not live; with its changes, unless their list is gone. */
  staleLock: (FoundLock & { changes: Changes | undefined }) | undefined;
}

/** Where a run works. */
export const whereOf = ({ job, aws }: SyncRun): Place => ({
  place: aws,
  bucket: job.bucket,
  prefix: job.prefix,
});

/** Another run works on the site, and goes on for longer than this one may wait. */
export class SiteLockedError extends AutomationError {
  override name = 'SiteLockedError';
}

const pollMilliseconds = 5_000;

/** Waits for the end of a run that lives; a dry run, which changes nothing, does not. */
export async function observeSite(run: SyncRun): Promise<Seen> {
  const { clock, timeLeft, job } = run;
  const where = whereOf(run);
  for (;;) {
    // The lock before the manifest: what a run wrote that has ended in between is in the manifest then.
    const lock = await readLock(where);
    if (!lock || lock.isStale || job.dryRun) {
      const manifest = await readManifest(where);
      const at = manifest?.answeredAt ?? (await timeIn(where.place, where.bucket));
      const staleLock = lock?.isStale
        ? { ...lock, changes: await changesIn(lock.journal, where) }
        : undefined;
      return { at, manifest, staleLock };
    }
    if (timeLeft() <= pollMilliseconds) {
      throw new SiteLockedError(`Another run works on ${job.site}, release ${lock.journal.release}`);
    }
    await clock.sleep(pollMilliseconds);
  }
}

export async function readManifest({ place, bucket, prefix }: Place): Promise<Seen['manifest']> {
  const key = manifestKey(prefix);
  const read = await readObject(place, { bucket, key });
  if (!read) return undefined;
  const { etag, answeredAt } = read.info;
  const where = `s3://${bucket}/${key}`;
  const { head, rows } = await openManifest(read.body, where);
  return { head, rows: () => ofSite(rows(), prefix, where), etag, answeredAt };
}

/** A site that was copied with its manifest names the files of the other one: they would be deleted as gone. */
async function* ofSite(
  rows: AsyncIterable<ManifestRow>,
  prefix: string,
  where: string,
): AsyncGenerator<ManifestRow> {
  for await (const row of rows) {
    if (!row.key.startsWith(prefix)) {
      throw new ManifestError(
        where,
        `names ${row.key}, which is no file of this site: it is a copy of another's`,
      );
    }
    yield row;
  }
}

/** All objects below the site's prefix but our own. */
export async function* listSite({ place, bucket, prefix }: Place): AsyncGenerator<ListedObject> {
  const own = prefix + ownFolder;
  for await (const page of listObjects(place, bucket, prefix)) {
    for (const object of page) if (!object.key.startsWith(own)) yield object;
  }
}
