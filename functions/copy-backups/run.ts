/** Copies completed backups to other regions, and sees to it that they stand there. See docs/copy-backups.md. */
import type { AutomationFunction } from '../../shared/entrypoint.ts';
import { underLock } from '../../shared/under-lock.ts';
import { carryOut } from './act.ts';
import { type CopyClients, type CopyRun, copyGateways } from './clients.ts';
import { decideCopies, type Seen } from './decide.ts';
import { type CopyBackupsJob, copyBackupsJob } from './job.ts';
import { measure } from './measure.ts';
import { narrow } from './narrow.ts';
import { type Originals, observeCopies, observeOriginals } from './observe.ts';
import { type CopyOrder, regionsToLookAt } from './wanted.ts';

export const copyBackups: AutomationFunction<CopyBackupsJob, CopyClients> = {
  name: 'copy-backups',
  job: copyBackupsJob,
  narrow,
  run: async (run) => {
    const order = orderOf(run);
    const originals = await observe(run);
    const isIdle = originals.every(({ backups }) =>
      backups.every((backup) => regionsToLookAt(backup, order).length === 0),
    );
    // Most completions are of snapshots that are not to be copied: they need no lock.
    if (isIdle || run.job.dryRun) await copyAll(originals, order, run);
    // CopySnapshot has no client token, and two runs would both see none.
    else
      await underLock({ lock: 'copy-backups' }, run, async (locked) =>
        copyAll(await observe(locked), order, locked),
      );
  },
};

const orderOf = ({ job, owner, startedAt: now }: CopyRun): CopyOrder => ({
  owner,
  now,
  copies: job.copies,
  named: job.resources !== undefined,
  maxActions: job.maxActions,
});

const observe = (run: CopyRun): Promise<Originals[]> =>
  observeOriginals(copyGateways(run), run.owner, run.job.resources);

async function copyAll(originals: readonly Originals[], order: CopyOrder, run: CopyRun): Promise<void> {
  const seen: Seen[] = [];
  for (const some of originals) seen.push(await observeCopies(some, order));
  const decisions = decideCopies(seen, order);
  sayMissing(originals, run);
  await carryOut(decisions, run);
  // A run for one backup knows nothing of the others.
  if (!order.named) measure(decisions, run);
}

/** What was named, and does not exist: it may have been deleted since. */
function sayMissing(originals: readonly Originals[], { job, report }: CopyRun): void {
  const found = new Set(
    originals.flatMap(({ backups }) => backups.flatMap(({ id, parts }) => [id, ...parts])),
  );
  for (const id of job.resources ?? []) {
    if (found.has(id)) continue;
    report.add({ resource: id, decision: 'keep', reason: 'not-found', outcome: 'kept' });
  }
}
