/** The work of a run that died, where there is nothing to finish it from. */
import { AutomationError } from '../../shared/errors.ts';
import type { Announce } from './announce.ts';
import type { SyncRun } from './clients.ts';
import { changesOfDeadRun } from './dead-run.ts';
import { discardChanges, noChanges, storeChanges, unite } from './journal.ts';
import { HeldLock, removeLock } from './lock.ts';
import { type Seen, whereOf } from './observe.ts';
import { resourceOf } from './outcomes.ts';
import { untilDone } from './until-done.ts';

type SeenDead = Seen & { staleLock: NonNullable<Seen['staleLock']> };

interface Telling {
  announce: Announce | undefined;
  /** That others hear of it is all that was missing. */
  isFinished: boolean;
}

/**
 * Has the CDN forget what that run may have changed. What else is undone needs a release: until one is out, the
 * lock stays as it is left, and every run fails that has none. A person may finish it by hand, too.
 *
 * @returns false if another run was faster
 */
export async function tellOfDeadRun(seen: SeenDead, run: SyncRun, telling: Telling): Promise<boolean> {
  const { job, report } = run;
  const { journal } = seen.staleLock;
  const resource = resourceOf(job.bucket, job.prefix);
  const told = { resource, decision: 'invalidate', reason: 'unfinished' };
  if (!journal.told && job.dryRun) report.add({ ...told, outcome: 'withheld' });
  else if (!journal.told && telling.announce) {
    if (!(await announceChanges(seen, run, { ...telling, announce: telling.announce }))) return false;
    report.add({ ...told, outcome: 'done', detail: `what ${journal.release} may have changed` });
  } else if (telling.isFinished && !job.dryRun) {
    return removeLock(whereOf(run), seen.staleLock.etag);
  }
  if (telling.isFinished) return true;
  const { name, message } = new UnfinishedReleaseError(journal.release);
  report.add({ ...told, decision: 'publish', outcome: 'failed', error: { name, message } });
  return true;
}

class UnfinishedReleaseError extends AutomationError {
  override name = 'UnfinishedReleaseError';

  constructor(release: string) {
    super(
      `The publication of ${release} was not finished, and of what stands there is no archive to compare the site with: publish it anew, or another`,
    );
  }
}

async function announceChanges(
  seen: SeenDead,
  run: SyncRun,
  { announce, isFinished }: Telling & { announce: Announce },
): Promise<boolean> {
  const { site, bucket, prefix } = run.job;
  const where = whereOf(run);
  const { changes, everything } = await changesOfDeadRun(seen, where);
  // A list of its own, since the dead run's may be near its end.
  const stored = await storeChanges(unite(changes, noChanges), run.invocation, where);
  const { changes: _, changesKey: __, abandoned: ___, ...journal } = seen.staleLock.journal;
  const own = { ...journal, until: seen.staleLock.until, everything, ...stored };
  const lock = await HeldLock.take(where, run.clock, own, seen.staleLock);
  if (!lock) {
    await discardChanges(stored, where);
    return false;
  }
  const publication = `${seen.manifest?.head.publication ?? 0}/${run.invocation}`;
  return untilDone(lock, { run, seen }, async (aws) => {
    await announce(
      { ...run, aws },
      { site, release: journal.release, publication, bucket, prefix, ...stored },
    );
    return isFinished ? 'done' : 'told';
  });
}
