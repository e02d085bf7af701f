/** Deletes the backups that are due, and nothing else. See docs/expire-backups.md. */
import type { AutomationFunction, Run } from '../../shared/entrypoint.ts';
import { expireRows, forget, type Progress } from './act.ts';
import { type ExpireBackupsJob, expireBackupsJob } from './job.ts';
import { type Observation, observeDue } from './observe.ts';

export const expireBackups: AutomationFunction<ExpireBackupsJob> = {
  name: 'expire-backups',
  job: expireBackupsJob,
  run: async (run) => {
    const seen = await observeDue(run);
    await expireDue(seen, run);
  },
};

/**
 * Goes through what is due a second time, a page at a time, so that the memory of a run grows with the
 * sources and not with their backups.
 */
async function expireDue(seen: Observation | undefined, run: Run<ExpireBackupsJob>): Promise<void> {
  const { ledger, startedAt, job, report } = run;
  const chosen = job.sources && new Set(job.sources);
  const progress: Progress = { actions: 0, heldBack: new Set(), spent: [] };
  for await (const rows of ledger.due(startedAt)) {
    for (const row of rows) if (row.kind === 'slot') progress.spent.push({ key: row.key });
    const backups = rows
      .filter((row) => row.kind === 'snapshot')
      .filter(({ source }) => chosen?.has(source) !== false);
    if (!seen || backups.length === 0) continue;
    if (!(await expireRows(backups, seen, progress, run))) {
      const detail = "Lambda's retry goes on with it, or the next run";
      report.add({
        resource: 'ledger',
        decision: 'delete',
        reason: 'out-of-time',
        outcome: 'deferred',
        detail,
      });
      break;
    }
  }
  await forget(progress, progress.spent.length, run);
}
