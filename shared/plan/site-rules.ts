/** The rules of sites: a release archive is published when it is uploaded, and a release's changes are invalidated. */
import { syncedDetailType, syncedSource } from '../sites/synced.ts';
import type { EventRule } from './event-rules.ts';
import { siteResourceId } from './logical-ids.ts';
import type { Plan } from './plan.ts';
import { releasesBucketOf, type Site } from './site.ts';
import { invalidateCdnJobOf, syncAssetsJobOf } from './site-jobs.ts';
import { ownerOf, type Target } from './template.ts';

/** As sync-assets reads them. */
const archiveEndings = ['.zip', '.tar.gz', '.tgz'];

/** The longest that EventBridge tries: nothing else would publish the archive, or invalidate what changed. */
const retrySeconds = 24 * 3600;

export const siteRulesOf = ({ sites }: Pick<Plan, 'sites'>, target: Target): EventRule[] =>
  sites.flatMap((site) => [releasesRule(site), syncedRule(site, ownerOf(target))]);

/** Amazon S3 user guide, "Using EventBridge": uploads in parts and copies say so too. */
const releasesRule = (site: Site): EventRule => ({
  logicalId: siteResourceId(site.name, 'ReleasesRule'),
  description: `Publishes a release of the site ${site.name} that is uploaded`,
  startsFunction: 'sync-assets',
  pattern: {
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: {
      bucket: { name: [releasesBucketOf(site)] },
      object: {
        key: archiveEndings.map((ending) => ({ wildcard: `${literal(site.releases.prefix)}*${ending}` })),
      },
    },
  },
  job: syncAssetsJobOf(site),
  retrySeconds,
});

/** EventBridge user guide, "Comparison operators": a backslash before what would be a wildcard, or one. */
const literal = (text: string): string => text.replaceAll(/[\\*]/g, '\\$&');

const syncedRule = (site: Site, owner: string): EventRule => ({
  logicalId: siteResourceId(site.name, 'SyncedRule'),
  description: `Invalidates what a release of the site ${site.name} changed`,
  startsFunction: 'invalidate-cdn',
  pattern: {
    source: [syncedSource],
    'detail-type': [syncedDetailType],
    detail: { owner: [owner], site: [site.name] },
  },
  job: invalidateCdnJobOf(site),
  retrySeconds,
});
