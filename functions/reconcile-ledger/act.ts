/** From tags to ledger: the rows of what stands in a region, and whose retention is to be the plan's. */
import { awsErrorOf } from '../../shared/aws/errors.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import type { BackupListing } from '../../shared/backups/gateways.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import type { Outcome } from '../../shared/report.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import type { Candidates } from './candidates.ts';
import { decideRow, type RetentionChange, retentionChange } from './decide.ts';
import { type Entries, entryOf } from './ledger-entries.ts';
import type { NewestBackups } from './newest-backups.ts';
import type { Sources } from './orphans.ts';
import type { Budget, ReconcileRun } from './reconcile-run.ts';

/** What a run has learned so far. */
export interface Pass {
  ledger: Entries;
  newest: NewestBackups;
  candidates: Candidates;
  sources: Sources;
  budget: Budget;
  run: ReconcileRun;
}

/**
 * Reads all of ours, and writes the rows of each page before the next is read: a row repeats what its own
 * backup's tags say, and is right whatever the pages after it hold.
 */
export async function reconcileBackups(gateway: BackupListing, pass: Pass): Promise<void> {
  for await (const page of gateway.own(pass.run.owner)) {
    const reviewed: StandingBackup[] = [];
    for (const backup of page) {
      pass.newest.see(backup);
      pass.sources.see(backup);
      sayFailed(backup, pass.run);
      const after = await reviewRetention(backup, gateway, pass);
      if (gateway.region === pass.run.aws.region) pass.candidates.see(after);
      reviewed.push(after);
    }
    await reconcileRows(reviewed, pass);
  }
}

/** The backup as it is tagged afterwards: with the plan's expiry where the job asks for that. */
async function reviewRetention(backup: StandingBackup, gateway: BackupListing, pass: Pass) {
  const { job, report } = pass.run;
  const change = retentionChange(backup, job.backups);
  if (!change) return backup;
  const outcome = job.retag ? await retag(backup, change, gateway, pass) : retentionKept(backup, change);
  report.add(outcome);
  // A dry run goes on as if it were retagged, so that it shows the row that would follow.
  if (outcome.outcome !== 'done' && outcome.outcome !== 'withheld') return backup;
  return { ...backup, tags: { ...backup.tags, [tagKeys.expires]: change.planned.toISOString() } };
}

function retentionKept({ id }: StandingBackup, { tagged, planned }: RetentionChange): Outcome {
  const detail = `stays until ${tagged.toISOString()}; by the plan it would be ${planned.toISOString()}: start reconcile-ledger with "retag": true to change it`;
  return { resource: id, decision: 'keep', reason: 'retention-changed', outcome: 'kept', detail };
}

async function retag(
  backup: StandingBackup,
  { tagged, planned }: RetentionChange,
  gateway: BackupListing,
  { budget, run: { job } }: Pass,
): Promise<Outcome> {
  const detail = `from ${tagged.toISOString()} to ${planned.toISOString()}`;
  const head = { resource: backup.id, decision: 'retag', reason: 'retention-changed', detail };
  if (!budget.spend()) return { ...head, decision: 'keep', reason: 'max-actions', outcome: 'kept' };
  if (job.dryRun) return { ...head, outcome: 'withheld' };
  try {
    await gateway.tag(backup, { [tagKeys.expires]: planned.toISOString() });
    return { ...head, outcome: 'done' };
  } catch (error) {
    const { name, message } = awsErrorOf(error);
    return { ...head, outcome: 'failed', error: { name, message } };
  }
}

/** Writes the rows that a page of backups lacks in the ledger. `ledger` knows of them afterwards. */
async function reconcileRows(page: readonly StandingBackup[], { ledger, budget, run }: Pass): Promise<void> {
  const missing: BackupRow[] = [];
  const outcomes = page.map((backup): Outcome => {
    const { kind, reason, row } = decideRow(backup, ledger);
    const head = { resource: backup.id, decision: kind, reason, ...(row && { detail: row.key }) };
    const entry = row && ledger.get(row.key);
    if (entry?.resource === backup.id) entry.isSeen = true;
    if (kind === 'keep') return { ...head, outcome: 'kept' };
    if (!budget.spend()) return { ...head, decision: 'keep', reason: 'max-actions', outcome: 'kept' };
    ledger.set(row.key, entryOf(row, true));
    missing.push(row);
    return { ...head, outcome: run.job.dryRun ? 'withheld' : 'done' };
  });
  if (missing.length > 0 && !run.job.dryRun) await run.ledger.put(missing);
  for (const outcome of outcomes) run.report.add(outcome);
}

/** A backup that ended in error is none; said here, and its tier's age goes on growing. */
function sayFailed(backup: StandingBackup, { report, log }: ReconcileRun): void {
  const { id, kind, state, tags } = backup;
  if (state !== 'error') return;
  const [source, slot] = [tags[tagKeys.source], tags[tagKeys.slot]];
  log.warn('backup.failed', { resource: id, kind, source, slot });
  const detail = `${source}, ${slot}: ${failureOf(backup)}`;
  report.add({ resource: id, decision: 'keep', reason: 'backup-failed', outcome: 'kept', detail });
}

function failureOf({ kind, parts, tags }: StandingBackup): string {
  if (kind === 'image') return 'it ended in error, or only its snapshots are left: it is no backup';
  if (kind !== 'set') return 'it ended in error and is no backup';
  const members = Number(tags[extraTagKeys.members]);
  const standing = parts.join(', ');
  return parts.length === members
    ? `one of its snapshots ended in error, so that none of them is a backup: ${standing}`
    : `of its ${members} snapshots ${parts.length} stand, which are no backup: ${standing}`;
}
