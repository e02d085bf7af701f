/** Which distributions show the site: those that the job names, or all of the account with an origin of it. */
import { type Distribution, listDistributions, readDistribution } from '../../shared/aws/cloudfront.ts';
import type { CdnRun } from './clients.ts';
import type { InvalidateCdnJob } from './job.ts';
import { type SiteOrigin, siteOrigins } from './origins.ts';

export interface SeenDistribution extends Distribution {
  /** Those of its origins that show the site. */
  shows: SiteOrigin[];
}

export interface SeenDistributions {
  found: SeenDistribution[];
  /** Named in the job, and not there. */
  missing: string[];
}

export async function observeDistributions(run: CdnRun): Promise<SeenDistributions> {
  const { aws, job } = run;
  const ids = job.distributions ?? (await idsByOrigin(run));
  const read = new Map<string, Awaited<ReturnType<typeof readDistribution>>>();
  for (const id of ids) read.set(id, await readDistribution(aws, id));
  return {
    found: [...read.values()].flatMap((one) => (one ? [{ ...one, shows: shownBy(one, job) }] : [])),
    missing: ids.filter((id) => !read.get(id)),
  };
}

/** One that a person names shows the site, by whatever origin. */
function shownBy(distribution: Distribution, job: InvalidateCdnJob): SiteOrigin[] {
  const own = siteOrigins(distribution, job);
  return own.length > 0 || !job.distributions ? own : siteOrigins(distribution, job, true);
}

async function idsByOrigin({ aws, job }: CdnRun): Promise<string[]> {
  const ids: string[] = [];
  for await (const distribution of listDistributions(aws)) {
    if (siteOrigins(distribution, job).length > 0) ids.push(distribution.id);
  }
  return ids;
}
