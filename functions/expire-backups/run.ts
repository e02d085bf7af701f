/** Deletes the backups that are due, and nothing else. See docs/expire-backups.md. */
import type { AutomationFunction } from '../../shared/entrypoint.ts';
import type { Outcome } from '../../shared/report.ts';
import { expireRows, forget, type Progress } from './act.ts';
import { duePages } from './due.ts';
import { type ExpireBackupsJob, expireBackupsJob } from './job.ts';
import { observeDue } from './observe.ts';

export const expireBackups: AutomationFunction<ExpireBackupsJob> = {
  name: 'expire-backups',
  job: expireBackupsJob,
  run: async (run) => {
    const seen = await observeDue(run);
    const progress: Progress = { actions: 0, heldBack: new Set(), spent: [] };
    for await (const { backups, spentSlots } of duePages(run)) {
      progress.spent.push(...spentSlots.map((key) => ({ key })));
      if (await expireRows(backups, seen, progress, run)) continue;
      run.report.add(outOfTime);
      break;
    }
    await forget(progress, progress.spent.length, run);
  },
};

const outOfTime: Outcome = {
  resource: 'ledger',
  decision: 'delete',
  reason: 'out-of-time',
  outcome: 'deferred',
  detail: "Lambda's retry goes on with it, or the next run",
};
