/** Tags and ledger agree again, in every region; then promotions, orphans and ages. See docs/reconcile-ledger.md. */

import { awsErrorOf } from '../../shared/aws/errors.ts';
import type { BackupListing } from '../../shared/backups/gateways.ts';
import { type ListingClients, listingsIn } from '../../shared/backups/gateways.ts';
import type { AutomationFunction } from '../../shared/entrypoint.ts';
import { ObservationError } from '../../shared/errors.ts';
import { type Pass, reconcileBackups } from './act.ts';
import { measureAges } from './ages.ts';
import { Candidates, watchedBackups } from './candidates.ts';
import { forgetUnseen } from './forget.ts';
import { type ReconcileLedgerJob, reconcileLedgerJob } from './job.ts';
import { type Entries, readLedger } from './ledger-entries.ts';
import { NewestBackups } from './newest-backups.ts';
import { Sources, sayOrphans } from './orphans.ts';
import { promoteMissing } from './promote.ts';
import { Budget, type ReconcileRun } from './reconcile-run.ts';
import { observeSelected } from './selected.ts';

export const reconcileLedger: AutomationFunction<ReconcileLedgerJob, ListingClients> = {
  name: 'reconcile-ledger',
  job: reconcileLedgerJob,
  run: async (run) => {
    const selected = await observeSelected(run);
    const ledger = await readLedger(run.ledger);
    const watched = watchedBackups(selected, run.job, run.startedAt);
    const pass: Pass = {
      ledger,
      newest: new NewestBackups(),
      candidates: new Candidates(watched),
      sources: new Sources(),
      budget: new Budget(run),
      run,
    };
    const home = listingsIn(run.aws);
    const read: BackupListing[] = [];
    for (const gateway of [
      ...home,
      ...otherRegions(run).flatMap((region) => listingsIn(run.awsIn(region))),
    ]) {
      await reconcileBackups(gateway, pass);
      read.push(gateway);
    }
    for (const region of unplannedRegions(ledger, run)) read.push(...(await readUnplanned(region, pass)));
    await promoteMissing(watched, selected, { ...pass, gateways: home });
    await forgetUnseen(ledger, read, pass.budget, run);
    const sources = selected.flatMap((one) => one.sources);
    await sayOrphans(pass.sources, sources, home, run);
    for (const one of selected) measureAges(one, pass.newest, run);
  },
};

const otherRegions = ({ job, aws }: ReconcileRun): string[] =>
  [...new Set(job.regions)].filter((region) => region !== aws.region);

/** Those that rows name and the plan does not, or not any more. */
function unplannedRegions(ledger: Entries, run: ReconcileRun): string[] {
  const planned = new Set([run.aws.region, ...run.job.regions]);
  const named = new Set([...ledger.values()].map(({ region }) => region));
  return [...named].filter((region) => !planned.has(region));
}

/** The gateways that were read to the end. A region that was closed must not keep all others from agreeing. */
async function readUnplanned(region: string, pass: Pass): Promise<BackupListing[]> {
  const read: BackupListing[] = [];
  try {
    for (const gateway of listingsIn(pass.run.awsIn(region))) {
      await reconcileBackups(gateway, pass);
      read.push(gateway);
    }
  } catch (error) {
    if (!(error instanceof ObservationError)) throw error;
    const { name, message } = awsErrorOf(error.cause ?? error);
    const detail = 'the plan no longer names it, and rows do: they stay';
    const head = { resource: region, decision: 'keep', reason: 'region-not-read', detail } as const;
    pass.run.report.add({ ...head, outcome: 'failed', error: { name, message } });
  }
  return read;
}
