/** Brings the ledger into agreement with the tags, and measures what stands. See docs/reconcile-ledger.md. */

import { observeVolumes, type Volume } from '../../shared/aws/ec2-volumes.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { ebsBackups } from '../../shared/backups/ebs.ts';
import type { AutomationFunction } from '../../shared/entrypoint.ts';
import { Budget, measureAges, type ReconcileRun, reconcileRows, reviewRetention, sayFailed } from './act.ts';
import { type Entry, markOf } from './decide.ts';
import { type ReconcileLedgerJob, reconcileLedgerJob } from './job.ts';
import { NewestBackups } from './newest-backups.ts';

export const reconcileLedger: AutomationFunction<ReconcileLedgerJob> = {
  name: 'reconcile-ledger',
  job: reconcileLedgerJob,
  run: async (run) => {
    const volumes = await observeSelected(run);
    const ledger = await readLedger(run);
    const newest = new NewestBackups();
    const budget = new Budget(run);
    // Each page is written before the next is read: a row repeats what its own snapshot's tags say, and
    // is right whatever the pages after it hold.
    for await (const page of ebsBackups(run.aws).own(run.owner)) {
      for (const snapshot of page) {
        newest.see(snapshot);
        sayFailed(snapshot, run);
      }
      const reviewed: StandingBackup[] = [];
      for (const snapshot of page) reviewed.push(await reviewRetention(snapshot, budget, run));
      await reconcileRows(reviewed, ledger, budget, run);
    }
    for (const backup of run.job.backups) measureAges(backup, volumes.get(backup.backup) ?? [], newest, run);
  },
};

async function observeSelected({ job, aws }: ReconcileRun): Promise<Map<string, Volume[]>> {
  const selected = new Map<string, Volume[]>();
  for (const { backup, volumes } of job.backups)
    selected.set(backup, await observeVolumes(aws, volumes ?? {}));
  return selected;
}

async function readLedger({ ledger }: ReconcileRun): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const rows of ledger.all()) {
    for (const row of rows) entries.set(row.key, { resource: row.resource, mark: markOf(row) });
  }
  return entries;
}
