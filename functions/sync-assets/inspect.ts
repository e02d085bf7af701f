/** Looks after a release that cannot be read again: what differs is told, and left as it is. */
import type { PublishedRelease } from '../../shared/sites/manifest.ts';
import type { Announce } from './announce.ts';
import type { SyncRun } from './clients.ts';
import { type LeftByDeadRun, leftByDeadRun } from './dead-run.ts';
import type { Known } from './decide.ts';
import { matcherOf } from './globs.ts';
import { isUnsaid } from './journal.ts';
import { merge } from './merge.ts';
import { listSite, type Seen, whereOf } from './observe.ts';
import { resourceOf } from './outcomes.ts';
import { countKept, type KeepTally, type Kept } from './plan.ts';
import { tellKept } from './tell.ts';
import { tellOfDeadRun } from './unfinished.ts';

type Difference = 'missing' | 'changed-by-another';

interface Inspection {
  kept: KeepTally;
  differing: { key: string; reason: Difference }[];
  /** What the dead run was to delete, and is there still, as we wrote it. */
  undeleted: number;
}

/**
 * @param release that stands; undefined where the first run died
 * @returns false if another run was faster: it has to be looked at anew
 */
export async function inspect(
  seen: Seen,
  release: PublishedRelease | undefined,
  run: SyncRun,
  announce: Announce | undefined,
): Promise<boolean> {
  const inspection = await compareWithManifest(seen, run);
  const { staleLock, manifest } = seen;
  if (staleLock) {
    // The manifest was written after all files; then come the deletes, and the event. Which, says the list.
    const { journal, changes } = staleLock;
    const isOut = !isUnsaid(journal, manifest?.etag) && changes !== undefined && !journal.everything;
    const isFinished = isOut && inspection.undeleted === 0;
    if (!(await tellOfDeadRun({ ...seen, staleLock }, run, { announce, isFinished }))) return false;
  }
  tellKept(inspection, run);
  if (release) tellRelease(release, inspection, run);
  return true;
}

async function compareWithManifest(seen: Seen, run: SyncRun): Promise<Inspection> {
  const { job } = run;
  const { manifest, staleLock } = seen;
  const inspection: Inspection = { kept: new Map(), differing: [], undeleted: 0 };
  const isExcluded = matcherOf(job.exclude);
  const toDelete = new Set(staleLock?.changes?.deleted);
  const left = leftByDeadRun(staleLock, manifest?.etag);
  const sides = { entries: none(), rows: manifest?.rows() ?? none(), listed: listSite(whereOf(run)) };
  for await (const { key, ...known } of merge({ ...sides, prefix: job.prefix })) {
    if (toDelete.has(key) && isGoneAndThere(known)) inspection.undeleted += 1;
    const reason = isExcluded(key.slice(job.prefix.length)) ? 'excluded' : judge(key, known, left);
    if (isDifference(reason)) inspection.differing.push({ key, reason });
    else countKept(inspection.kept, reason, key);
  }
  return inspection;
}

/** What the standing release has again is not to be deleted any more, and another hand's is not ours to delete. */
const isGoneAndThere = ({ row, listed }: Known): boolean =>
  row?.goneSince !== undefined && row.etag === listed?.etag;

const isDifference = (reason: Kept | Difference): reason is Difference =>
  reason === 'missing' || reason === 'changed-by-another';

function judge(key: string, { row, listed }: Known, left: LeftByDeadRun): Kept | Difference {
  if (!row) return listed && left.isLeftBehind(listed) ? 'unfinished' : 'not-ours';
  if (row.etag === listed?.etag) return 'unchanged';
  if (left.mayHaveWritten(key)) return 'unfinished';
  // What the release that stands has no more is nobody's loss.
  if (row.goneSince !== undefined) return listed ? 'not-ours' : 'gone';
  return listed ? 'changed-by-another' : 'missing';
}

function tellRelease({ name, archive }: PublishedRelease, { differing }: Inspection, run: SyncRun): void {
  const { job, report, log } = run;
  const where = archive && resourceOf(archive.bucket, archive.key);
  const why = where
    ? `the archive ${where} of ${name} is gone`
    : `${name} was published from a folder or a prefix, and cannot be read again`;
  const error = { name: 'NoSuchReleaseError', message: `${why}: publish it anew` };
  for (const { key, reason } of differing) {
    const resource = resourceOf(job.bucket, key);
    report.add({ resource, decision: 'upload', reason, outcome: 'failed', error });
  }
  if (!where) return;
  const detail =
    'without it nothing can be mended, and no rollback leads here: upload it, or another release';
  log.warn('release.archive-gone', { site: job.site, release: name, archive: where });
  report.add({ resource: where, decision: 'keep', reason: 'archive-gone', outcome: 'kept', detail });
}

async function* none() {
  // No source.
}
