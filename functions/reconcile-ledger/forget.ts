/** From ledger to tags: rows whose backup was seen nowhere. Nothing but rows is ever removed. */
import { slices } from '../../shared/aws/ec2.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import type { BackupListing } from '../../shared/backups/gateways.ts';
import { rowsPerBatch } from '../../shared/ledger/ledger.ts';
import type { Outcome } from '../../shared/report.ts';
import { decideUnseen, reasonToLeave } from './decide.ts';
import type { Entries, Entry } from './ledger-entries.ts';
import type { Budget, ReconcileRun } from './reconcile-run.ts';

const lookedUpAtOnce = 200;

/** @param gateways those whose backups were read to the end; a row of any other region or kind stays */
export async function forgetUnseen(
  ledger: Entries,
  gateways: readonly BackupListing[],
  budget: Budget,
  run: ReconcileRun,
): Promise<void> {
  const lost = new Map(gateways.map((gateway) => [gateway, [] as string[]]));
  for (const [key, entry] of ledger) {
    if (entry.isSeen) continue;
    const gateway = gatewayOf(entry, gateways);
    const reason = reasonToLeave(key, entry, gateway !== undefined, run.startedAt);
    if (reason) run.report.add(keeping(key, entry, reason));
    else if (gateway) lost.get(gateway)?.push(key);
  }
  // Each is looked up again by its id before the first is removed: a page may have passed it over.
  const found = new Map<string, StandingBackup>();
  for (const [gateway, keys] of lost) await lookUp(keys, ledger, gateway, found);
  await remove([...lost.values()].flat(), { ledger, found, budget, run });
}

const gatewayOf = ({ kind, region }: Entry, gateways: readonly BackupListing[]): BackupListing | undefined =>
  gateways.find((gateway) => gateway.region === region && gateway.kinds.includes(kind));

/** @param found by key */
async function lookUp(
  keys: readonly string[],
  ledger: Entries,
  gateway: BackupListing,
  found: Map<string, StandingBackup>,
): Promise<void> {
  for (const slice of slices(keys, lookedUpAtOnce)) {
    const resourceOf = (key: string) => ledger.get(key)?.resource ?? '';
    const standing = await gateway.byId([...new Set(slice.map(resourceOf))]);
    for (const key of slice) {
      const backup = standing.get(resourceOf(key));
      if (backup) found.set(key, backup);
    }
  }
}

interface Removal {
  ledger: Entries;
  found: ReadonlyMap<string, StandingBackup>;
  budget: Budget;
  run: ReconcileRun;
}

async function remove(keys: readonly string[], removal: Removal): Promise<void> {
  const { run } = removal;
  const outcomes = keys.map((key) => outcomeOf(key, removal));
  for (const outcome of outcomes) if (outcome.decision === 'keep') run.report.add(outcome);
  const spent = outcomes.filter(({ decision }) => decision === 'forget');
  for (const batch of slices(spent, rowsPerBatch)) {
    if (!run.job.dryRun) await run.ledger.remove(batch.map(({ resource }) => resource));
    for (const outcome of batch) run.report.add(outcome);
  }
}

function outcomeOf(key: string, { ledger, found, budget, run }: Removal): Outcome {
  const entry = ledger.get(key);
  const { kind, reason } = decideUnseen(key, found.get(key), ledger);
  if (kind === 'keep') return keeping(key, entry, reason);
  if (!budget.spend()) return keeping(key, entry, 'max-actions');
  const outcome = run.job.dryRun ? 'withheld' : 'done';
  return { resource: key, decision: 'forget', reason, outcome, ...detailOf(entry) };
}

const keeping = (key: string, entry: Entry | undefined, reason: string): Outcome => ({
  resource: key,
  decision: 'keep',
  reason,
  outcome: 'kept',
  ...detailOf(entry),
});

const detailOf = (entry: Entry | undefined): { detail?: string } =>
  entry?.resource === undefined ? {} : { detail: `${entry.resource} in ${entry.region}` };
