/** Writes rows, retags where that is asked for, and measures. */

import type { Volume } from '../../shared/aws/ec2-volumes.ts';
import { awsErrorOf } from '../../shared/aws/errors.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { ebsBackups } from '../../shared/backups/ebs.ts';
import type { Run } from '../../shared/entrypoint.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import type { Outcome } from '../../shared/report.ts';
import { tagKeys } from '../../shared/tags.ts';
import {
  decideRow,
  type Entry,
  markOf,
  oldestSource,
  type RetentionChange,
  retentionChange,
} from './decide.ts';
import type { ReconcileLedgerJob } from './job.ts';
import type { NewestBackups } from './newest-backups.ts';

export type ReconcileRun = Run<ReconcileLedgerJob>;

/** How many changes this run may still make. */
export class Budget {
  readonly #run: ReconcileRun;
  #spent = 0;

  constructor(run: ReconcileRun) {
    this.#run = run;
  }

  /** False when `maxActions` is used up, which is said once. */
  spend(): boolean {
    const { maxActions } = this.#run.job;
    this.#spent += 1;
    if (maxActions === undefined || this.#spent <= maxActions) return true;
    if (this.#spent === maxActions + 1) {
      this.#run.report.limit(
        `More than maxActions (${maxActions}) changes are needed; the rest is left as it is`,
      );
    }
    return false;
  }
}

/** The snapshot as it is tagged afterwards: with the plan's expiry where the job asks for that. */
export async function reviewRetention(
  snapshot: StandingBackup,
  budget: Budget,
  run: ReconcileRun,
): Promise<StandingBackup> {
  const change = retentionChange(snapshot, run.job.backups);
  if (!change) return snapshot;
  const planned = change.planned.toISOString();
  const outcome = run.job.retag
    ? await retag(snapshot, change, budget, run)
    : retentionKept(snapshot, change);
  run.report.add(outcome);
  // A dry run goes on as if it were retagged, so that it shows the row that would follow.
  if (outcome.outcome !== 'done' && outcome.outcome !== 'withheld') return snapshot;
  return { ...snapshot, tags: { ...snapshot.tags, [tagKeys.expires]: planned } };
}

function retentionKept({ id }: StandingBackup, { tagged, planned }: RetentionChange): Outcome {
  const detail = `stays until ${tagged.toISOString()}; by the plan it would be ${planned.toISOString()}: start reconcile-ledger with "retag": true to change it`;
  return { resource: id, decision: 'keep', reason: 'retention-changed', outcome: 'kept', detail };
}

async function retag(
  backup: StandingBackup,
  { tagged, planned }: RetentionChange,
  budget: Budget,
  { job, aws }: ReconcileRun,
): Promise<Outcome> {
  const detail = `from ${tagged.toISOString()} to ${planned.toISOString()}`;
  const head = { resource: backup.id, decision: 'retag', reason: 'retention-changed', detail };
  if (!budget.spend()) return { ...head, decision: 'keep', reason: 'max-actions', outcome: 'kept' };
  if (job.dryRun) return { ...head, outcome: 'withheld' };
  try {
    await ebsBackups(aws).tag(backup, { [tagKeys.expires]: planned.toISOString() });
    return { ...head, outcome: 'done' };
  } catch (error) {
    const { name, message } = awsErrorOf(error);
    return { ...head, outcome: 'failed', error: { name, message } };
  }
}

/** Writes the rows that a page of snapshots lacks in the ledger. `ledger` knows of them afterwards. */
export async function reconcileRows(
  page: readonly StandingBackup[],
  ledger: Map<string, Entry>,
  budget: Budget,
  run: ReconcileRun,
): Promise<void> {
  const missing: BackupRow[] = [];
  const outcomes = page.map((snapshot): Outcome => {
    const { kind, reason, row } = decideRow(snapshot, ledger);
    const head = { resource: snapshot.id, decision: kind, reason, ...(row && { detail: row.key }) };
    if (kind === 'keep') return { ...head, outcome: 'kept' };
    if (!budget.spend()) return { ...head, decision: 'keep', reason: 'max-actions', outcome: 'kept' };
    ledger.set(row.key, { resource: snapshot.id, mark: markOf(row) });
    missing.push(row);
    return { ...head, outcome: run.job.dryRun ? 'withheld' : 'done' };
  });
  if (missing.length > 0 && !run.job.dryRun) await run.ledger.put(missing);
  for (const outcome of outcomes) run.report.add(outcome);
}

/** A snapshot that ended in error is no backup; said here, and its tier's age goes on growing. */
export function sayFailed({ id, state, tags }: StandingBackup, { report, log }: ReconcileRun): void {
  if (state !== 'error') return;
  log.warn('snapshot.failed', { resource: id, source: tags[tagKeys.source], slot: tags[tagKeys.slot] });
  const detail = `${tags[tagKeys.source]}, ${tags[tagKeys.slot]}: it ended in error and is no backup`;
  report.add({ resource: id, decision: 'keep', reason: 'snapshot-failed', outcome: 'kept', detail });
}

/** For each tier, how old the newest completed backup of the worst source is: the tier's alarm watches it. */
export function measureAges(
  { backup, tiers }: ReconcileLedgerJob['backups'][number],
  volumes: readonly Volume[],
  newest: NewestBackups,
  run: ReconcileRun,
): void {
  for (const tier of Object.keys(tiers)) {
    const since = (source: string) => newest.since(backup, tier, source);
    const oldest = oldestSource(volumes, since, run.startedAt);
    if (oldest) sayAge({ backup, tier, sources: volumes.length, ...oldest }, run);
  }
  if (volumes.length > 0) return;
  // No metric either: the alarms take missing data for a breach.
  run.log.warn('selector.empty', { backup });
  run.report.add({ resource: backup, decision: 'keep', reason: 'nothing-selected', outcome: 'kept' });
}

interface TierAge {
  backup: string;
  tier: string;
  sources: number;
  source: string;
  hours: number;
}

function sayAge(
  { backup, tier, sources, source, hours }: TierAge,
  { owner, job, report, emitMetric }: ReconcileRun,
) {
  const detail = `${source} has waited ${hours.toFixed(1)} hours for a ${tier} backup, the longest of ${sources} sources`;
  if (!job.dryRun)
    emitMetric({ dimensions: { owner, backup, tier }, values: { NewestBackupAgeHours: hours } });
  const outcome = job.dryRun ? 'withheld' : 'done';
  report.add({ resource: `${backup}/${tier}`, decision: 'measure', reason: 'age', outcome, detail });
}
