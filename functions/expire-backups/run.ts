/** Deletes the backups that are due, and nothing else. See docs/expire-backups.md. */
import type { AutomationFunction } from '../../shared/entrypoint.ts';
import type { Outcome } from '../../shared/report.ts';
import { expireRows, forget, type Progress } from './act.ts';
import type { ExpireClients, ExpireRun } from './clients.ts';
import { countDue, duePages } from './due.ts';
import { explainAll } from './explain.ts';
import { handOver } from './hand-over.ts';
import { type ExpireBackupsJob, expireBackupsJob } from './job.ts';
import { observeDue } from './observe.ts';
import { Paces } from './paces.ts';

export const expireBackups: AutomationFunction<ExpireBackupsJob, ExpireClients> = {
  name: 'expire-backups',
  job: expireBackupsJob,
  takesMessages: true,
  run: (run) => (run.job.explain ? explainAll(run) : expireDue(run)),
};

async function expireDue(run: ExpireRun): Promise<void> {
  const due = await countDue(run);
  if (await handOver(due, run)) return;
  const seen = await observeDue(
    [...due.values()].map(({ group }) => group),
    run,
  );
  const progress: Progress = { actions: 0, heldBack: new Set(), spent: [], paces: new Paces(run.clock) };
  for await (const { backups, spentSlots } of duePages(run)) {
    progress.spent.push(...spentSlots.map((key) => ({ key })));
    if (await expireRows(backups, seen, progress, run)) continue;
    run.report.add(outOfTime);
    break;
  }
  await forget(progress, progress.spent.length, run);
}

const outOfTime: Outcome = {
  resource: 'ledger',
  decision: 'delete',
  reason: 'out-of-time',
  outcome: 'deferred',
  detail: "Lambda's retry goes on with it, or the next run",
};
