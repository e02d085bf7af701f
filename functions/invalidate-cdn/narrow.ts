/** What the event of sync-assets says has changed. */
import * as z from 'zod/mini';
import { EventError } from '../../shared/errors.ts';
import { syncedDetailType, syncedSchema } from '../../shared/sites/synced.ts';
import type { InvalidateCdnJob } from './job.ts';

const synced = z.looseObject({ 'detail-type': z.literal(syncedDetailType), detail: syncedSchema });

/**
 * The job for what a publication of the site changed; undefined if it is another site's. Bucket and prefix are
 * the event's: where the release went, whatever the plan has said since.
 *
 * @throws EventError if the event is not `Assets Synced`, or does not say what changed
 */
export function narrow(job: InvalidateCdnJob, event: unknown): InvalidateCdnJob | undefined {
  const parsed = synced.safeParse(event);
  if (!parsed.success) {
    throw new EventError(
      `The event is not "${syncedDetailType}" as sync-assets sends it:\n${z.prettifyError(parsed.error)}`,
    );
  }
  const { site, bucket, prefix, release, publication, changes, changesKey } = parsed.data.detail;
  if (site !== job.site) return undefined;
  if (changes === undefined && changesKey === undefined) {
    throw new EventError('The event has neither "changes" nor "changesKey": expected one of them');
  }
  return { ...job, bucket, prefix, release, publication, ...(changes ? { changes } : { changesKey }) };
}
