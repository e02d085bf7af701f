/** The jobs of sites. Buckets and distributions that the stack makes are in them as `${<logical id>}`. */
import type { z } from 'zod';
import type { invalidateCdnJob } from '../../functions/invalidate-cdn/job.ts';
import type { syncAssetsJob } from '../../functions/sync-assets/job.ts';
import { bucketOf, distributionsOf, releasesBucketOf, type Site } from './site.ts';

/** Of an upload's event, as a person would have it who names an archive or a release besides. */
export function syncAssetsJobOf(site: Site): z.input<typeof syncAssetsJob> {
  const { name, prefix, releases, publishing } = site;
  return {
    site: name,
    bucket: bucketOf(site),
    prefix,
    releases: { bucket: releasesBucketOf(site), prefix: releases.prefix },
    ...publishing,
  };
}

/** Of the schedule: the release that stands. */
export const verifyJobOf = (site: Site): z.input<typeof syncAssetsJob> => ({
  ...syncAssetsJobOf(site),
  verify: true,
});

export function invalidateCdnJobOf(site: Site): z.input<typeof invalidateCdnJob> {
  const { name, prefix, index, waste } = site;
  const distributions = distributionsOf(site);
  return {
    site: name,
    bucket: bucketOf(site),
    prefix,
    ...(distributions && { distributions }),
    index,
    waste,
  };
}
