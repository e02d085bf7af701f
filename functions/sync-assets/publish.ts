/** One run: looks, compares, and changes the site where it is not as it is to be. */
import { readDuration } from '../../shared/duration.ts';
import { manifestKey } from '../../shared/sites/keys.ts';
import { ManifestError } from '../../shared/sites/manifest-file.ts';
import type { Announce } from './announce.ts';
import type { SyncRun } from './clients.ts';
import { leftByDeadRun } from './dead-run.ts';
import { guard } from './guards.ts';
import { rulesOf } from './headers.ts';
import { inspect } from './inspect.ts';
import { changeSite } from './locked.ts';
import { listSite, observeSite, readManifest, type Seen, SiteLockedError, whereOf } from './observe.ts';
import { resourceOf } from './outcomes.ts';
import { isIdle, makePlan, type SyncPlan } from './plan.ts';
import { type Chosen, chooseRelease, type Local, publicationOf } from './release.ts';
import { tellKept, tellTotals, tellWithheld } from './tell.ts';
import { nobody, type Watch } from './watch.ts';

export interface Publishing {
  /** In place of the job's source. */
  local?: Local | undefined;
  watch?: Watch;
  /** Who is told of what was changed; left out: nobody. */
  announce?: Announce | undefined;
  /** Said to who meant what `maxDeleteShare` holds back; left out: what the job has to say. */
  howToDelete?: string | undefined;
}

export async function publish(run: SyncRun, options: Publishing = {}): Promise<void> {
  if (run.job.release === 'previous') await publishPrevious(run, options);
  else await publishAtLast(run, options);
}

async function publishPrevious(run: SyncRun, options: Publishing): Promise<void> {
  const began = publicationOf({ manifest: await readManifest(whereOf(run)) });
  try {
    await publishAtLast(run, options, began);
  } catch (error) {
    if (!(error instanceof SiteLockedError)) throw error;
    // No failure: Lambda would start it again, and then it would go back from what stands by then.
    keepSite(run, {
      reason: 'site-locked',
      detail: `${error.message}: look at what stands, and start it again`,
    });
  }
}

/** Looks anew whenever another run was faster. */
async function publishAtLast(run: SyncRun, options: Publishing, began?: number): Promise<void> {
  while (!(await publishAsSeen(run, options, began))) {
    run.log.info('site.changed-meanwhile', { site: run.job.site });
  }
}

function keepSite({ job, report }: SyncRun, said: { reason: string; detail?: string }): void {
  const { bucket, key } = job.archive ?? { bucket: job.bucket, key: job.prefix };
  report.add({ resource: resourceOf(bucket, key), decision: 'keep', outcome: 'kept', ...said });
}

/** @returns false if another run was faster: it has to be looked at anew */
async function publishAsSeen(run: SyncRun, options: Publishing, began?: number): Promise<boolean> {
  const seen = await observeSite(run);
  if (options.announce) refuseOthers(seen, run);
  const chosen = await chooseRelease(seen, run, options.local, began);
  if (chosen.kind === 'keep') {
    const { kind: _, ...said } = chosen;
    keepSite(run, said);
    return true;
  }
  if (chosen.kind === 'inspect') return inspect(seen, chosen.release, run, options.announce);
  try {
    return await carryOut(seen, chosen, run, options);
  } finally {
    await chosen.source.close();
  }
}

/** Its files would be deleted as gone. */
function refuseOthers({ manifest }: Seen, { job: { site, bucket, prefix } }: SyncRun): void {
  const other = manifest?.head.site ?? '';
  if (other === '' || other === site) return;
  const where = `s3://${bucket}/${manifestKey(prefix)}`;
  throw new ManifestError(
    where,
    `is of the site ${other}, and the job is of ${site}: expected a bucket and a prefix of its own`,
  );
}

async function carryOut(
  seen: Seen,
  chosen: Extract<Chosen, { kind: 'publish' | 'verify' }>,
  run: SyncRun,
  { watch = nobody, announce, howToDelete }: Publishing,
): Promise<boolean> {
  const plan = await planOf(seen, chosen, run);
  const mayBegin = guard(plan, run.job, howToDelete);
  watch.planned(tellTotals(plan));
  if (run.job.dryRun) await tellWithheld(plan, seen, run, announce);
  else if (mayBegin && (!isIdle(plan) || seen.staleLock || isNews(chosen, seen))) {
    const isDone = await changeSite({ run, seen, chosen, plan, watch, announce });
    if (!isDone) return false;
  }
  tellKept(plan, run);
  for (const limit of plan.limits) run.report.limit(limit);
  return true;
}

/**
 * An archive with the files of the one that stands is a release all the same: only the history keeps an older
 * upload, whose event comes late, from taking its place. A folder has no event.
 */
const isNews = (
  { kind, release }: Extract<Chosen, { kind: 'publish' | 'verify' }>,
  { manifest }: Seen,
): boolean => kind === 'publish' && release.archive !== undefined && release.id !== manifest?.head.current;

function planOf(
  seen: Seen,
  { kind, source }: Extract<Chosen, { kind: 'publish' | 'verify' }>,
  run: SyncRun,
): Promise<SyncPlan> {
  const { job, clock } = run;
  const where = whereOf(run);
  const isListed = job.verify || !seen.manifest || seen.staleLock !== undefined;
  const { mayHaveWritten, isLeftBehind } = leftByDeadRun(seen.staleLock, seen.manifest?.etag);
  const published = publicationOf(seen);
  return makePlan(
    {
      entries: source.entries(),
      rows: seen.manifest?.rows() ?? none(),
      listed: isListed ? listSite(where) : none(),
      prefix: job.prefix,
    },
    {
      source,
      rules: rulesOf(job),
      isDoubtful: mayHaveWritten,
      order: {
        isListed,
        publication: kind === 'publish' ? published + 1 : published,
        keepReleases: job.keepReleases,
        grace: readDuration(job.grace),
        now: clock.now(),
        isLeftBehind,
      },
    },
  );
}

async function* none() {
  // Not read, or not there.
}
