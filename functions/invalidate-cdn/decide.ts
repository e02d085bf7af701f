/** What each distribution is to forget, and why another is left alone. Pure, but for the keys that it reads. */
import { createHash } from 'node:crypto';
import { type CoverLimits, invalidationLimits } from '../../shared/sites/cover.ts';
import { type Invalidation, invalidationOf, type Keys } from '../../shared/sites/invalidation.ts';
import { pathsOf } from '../../shared/sites/paths.ts';
import type { Changes } from '../../shared/sites/synced.ts';
import type { SeenDistribution } from './distributions.ts';
import type { InvalidateCdnJob } from './job.ts';

export type Decision =
  | {
      kind: 'invalidate';
      distribution: SeenDistribution;
      reason: 'changed' | 'error-page-changed' | 'asked';
      /** Of distribution, publication and what changed: however it is covered, it costs once. */
      reference: string;
      invalidation: Invalidation;
    }
  | { kind: 'keep'; distribution: SeenDistribution; reason: 'disabled' | 'other-origin' | 'nothing-served' };

export interface Subject {
  job: InvalidateCdnJob;
  changes: Changes;
  /** Different for every publication; by hand, for every invocation. */
  publication: string;
  readKeys: () => Promise<Keys | undefined>;
}

export async function decideInvalidation(
  distribution: SeenDistribution,
  { job, changes, publication, readKeys }: Subject,
): Promise<Decision> {
  if (!distribution.isEnabled) return { kind: 'keep', distribution, reason: 'disabled' };
  if (job.paths) return asked(distribution, job.paths, publication);
  const views = distribution.shows.map(({ view }) => view);
  if (views.length === 0) return { kind: 'keep', distribution, reason: 'other-origin' };
  const everything = hasChangedErrorPage(distribution, changes);
  const withAdded = keepsAbsence(distribution);
  const invalidation = await invalidationOf(changes, readKeys, {
    prefix: job.prefix,
    views,
    waste: job.waste,
    withAdded,
    everything,
    limits: limitsAfter(job.deferral?.attempts ?? 0),
  });
  if (!invalidation) throw new TypeError('There is always room for one wildcard');
  if (invalidation.paths.length === 0) return { kind: 'keep', distribution, reason: 'nothing-served' };
  const { changed, deleted, added } = changes;
  const reference = referenceOf(distribution, publication, [
    ...changed,
    ...deleted,
    ...(withAdded ? added : []),
  ]);
  const reason = everything ? 'error-page-changed' : 'changed';
  return { kind: 'invalidate', distribution, reason, reference, invalidation };
}

function asked(distribution: SeenDistribution, paths: readonly string[], publication: string): Decision {
  const invalidation = {
    paths: [...new Set(paths)].sort(),
    wildcards: new Set(paths.filter((path) => path.endsWith('*'))).size,
    naive: paths.length,
    needless: undefined,
    examples: [],
  };
  const reference = referenceOf(distribution, publication, paths);
  return { kind: 'invalidate', distribution, reason: 'asked', reference, invalidation };
}

/**
 * CloudFront answers the same reference with the same paths by the invalidation that it has, and refuses it with
 * others. Not the paths but what they cover is in it: a second run may find a cheaper cover.
 */
function referenceOf({ id }: SeenDistribution, publication: string, subjects: readonly string[]): string {
  const text = JSON.stringify([id, publication, [...subjects].sort()]);
  return `groundskeeper-${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
}

/** Each time that there was no room, less of it is asked for: others may need some all the time. */
const limitsAfter = (attempts: number): CoverLimits => ({
  wildcards: Math.max(1, invalidationLimits.wildcards >> attempts),
  // The site's own folder without its slash is below no wildcard but one that hits other sites, too.
  paths: Math.max(1, invalidationLimits.paths >> attempts),
});

/** What an error is kept for is no matter if it is less: an invalidation takes about as long. */
const brieflySeconds = 60;

const absences: readonly number[] = [403, 404];

/** Whether it still says that a key is not there long after it has come. S3 says 403 where it may not be listed. */
const keepsAbsence = ({ errorResponses }: SeenDistribution): boolean =>
  errorResponses.some(({ code, seconds }) => absences.includes(code) && seconds > brieflySeconds);

/** Such a page is kept under all the paths at which it was answered, and nobody knows those. */
function hasChangedErrorPage(
  { errorResponses, shows }: SeenDistribution,
  { changed, deleted }: Changes,
): boolean {
  const pages = new Set(
    errorResponses.filter(({ seconds }) => seconds > brieflySeconds).map(({ page }) => page),
  );
  return [...changed, ...deleted].some((key) =>
    shows.some(({ view }) => pathsOf(key, view).some((path) => pages.has(path))),
  );
}
