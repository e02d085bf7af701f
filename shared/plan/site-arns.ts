/** What the constants of `permissions.ts` stand for that mean the plan's sites. */
import {
  theDistributions,
  theReleaseBuckets,
  theReleaseObjects,
  theSiteBuckets,
  theSiteObjects,
} from './permissions.ts';
import type { Plan } from './plan.ts';
import { bucketOf, distributionsOf, releasesBucketOf, type Site } from './site.ts';

const bucketArn = (bucket: string): string => `arn:\${AWS::Partition}:s3:::${bucket}`;
const objectsArn = (bucket: string, prefix: string): string => `${bucketArn(bucket)}/${prefix}*`;

/** Of an id, or of what stands for one or for all. */
export const distributionArn = (id: string): string =>
  `arn:\${AWS::Partition}:cloudfront::\${AWS::AccountId}:distribution/${id}`;

const arnsOfSite: Readonly<Record<string, (site: Site) => string[]>> = {
  [theSiteBuckets]: (site) => [bucketArn(bucketOf(site))],
  [theSiteObjects]: (site) => [objectsArn(bucketOf(site), site.prefix)],
  [theReleaseBuckets]: (site) => [bucketArn(releasesBucketOf(site))],
  [theReleaseObjects]: (site) => [objectsArn(releasesBucketOf(site), site.releases.prefix)],
  [theDistributions]: (site) => (distributionsOf(site) ?? ['*']).map(distributionArn),
};

/** Undefined if it stands for nothing of sites. */
export function siteArnsOf(resource: string, { sites }: Pick<Plan, 'sites'>): string[] | undefined {
  const ofSite = arnsOfSite[resource];
  return ofSite && sites.flatMap(ofSite);
}
