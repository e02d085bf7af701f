/** Deletes what is due: the snapshot first, its row after it; the other order would lose track of it. */
import pMap from 'p-map';
import { slices } from '../../shared/aws/ec2.ts';
import { deleteSnapshot, type Snapshot, snapshotsById } from '../../shared/aws/ec2-snapshots.ts';
import { awsErrorOf, natureOf } from '../../shared/aws/errors.ts';
import { ebsBackups } from '../../shared/backups/ebs.ts';
import type { Run } from '../../shared/entrypoint.ts';
import { AutomationError } from '../../shared/errors.ts';
import { type BackupRow, rowsPerBatch } from '../../shared/ledger/ledger.ts';
import { findResources } from '../../shared/ledger/rows.ts';
import type { Outcome } from '../../shared/report.ts';
import { decideExpiry, type ExpiryDecision } from './decide.ts';
import type { ExpireBackupsJob } from './job.ts';
import type { Observation } from './observe.ts';

// With as many floors they fill one filter of 200 ids.
const readAtOnce = 100;
// DeleteSnapshot refills at 5 a second: more at once would only be throttled.
const deletionsAtOnce = 5;

/** What one run has done so far. */
export interface Progress {
  /** Deletions, for `maxActions`. */
  actions: number;
  /** Sources that `maxDeleteShare` held back, each said once. */
  heldBack: Set<string>;
  /** Rows with nothing behind them any more, until they fill a batch. */
  spent: SpentRow[];
}

/** `outcome` where the row's removal is what was decided. */
interface SpentRow {
  key: string;
  outcome?: Outcome;
}

interface Judged {
  row: BackupRow;
  decision: ExpiryDecision | { kind: 'keep'; reason: 'max-actions' };
}

/** Goes through the rows in slices; false if the time ran out before the end. */
export async function expireRows(
  rows: readonly BackupRow[],
  seen: Observation,
  progress: Progress,
  run: Run<ExpireBackupsJob>,
): Promise<boolean> {
  for (const slice of slices(rows, readAtOnce)) {
    if (run.timeLeft() <= 0) return false;
    const readAt = run.clock.now();
    const judged = (await judge(slice, seen, run)).map((item) => guard(item, progress, run));
    await carryOut(judged, { seen, readAt, progress, run });
    await forget(progress, progress.spent.length - (progress.spent.length % rowsPerBatch), run);
  }
  return true;
}

/** Removes rows whose snapshot is gone, those of full batches first. A crash before it leaves them to the next run. */
export async function forget(progress: Progress, count: number, run: Run<ExpireBackupsJob>): Promise<void> {
  const spent = progress.spent.splice(0, count);
  if (spent.length === 0) return;
  if (!run.job.dryRun) await run.ledger.remove(spent.map(({ key }) => key));
  for (const { outcome } of spent) if (outcome) run.report.add(outcome);
}

/** Reads again what the decisions stand on, just before they are carried out. */
async function judge(
  rows: readonly BackupRow[],
  seen: Observation,
  run: Run<ExpireBackupsJob>,
): Promise<Judged[]> {
  const unresolved = rows.filter(({ resource }) => resource === undefined);
  const found = unresolved.length > 0 ? await findResources(unresolved, ebsBackups(run.aws), run.owner) : [];
  const resources = new Map([...rows, ...found].map(({ key, resource }) => [key, resource]));
  const floorOf = (row: BackupRow) => seen.standings.get(row.source)?.floor;
  const ids = [...resources.values(), ...rows.map(floorOf)].filter((id) => id !== undefined);
  const snapshots = await snapshotsById(run.aws, [...new Set(ids)]);
  const read = (id: string | undefined): Snapshot | undefined =>
    id === undefined ? undefined : snapshots.get(id);
  return rows.map((unread) => {
    const resource = resources.get(unread.key);
    const row = resource === undefined ? unread : { ...unread, resource };
    const standing = seen.standings.get(row.source);
    const decision = decideExpiry(
      { row, snapshot: read(resource), standing, floor: read(standing?.floor) },
      seen.account,
    );
    return { row, decision };
  });
}

function guard(
  { row, decision }: Judged,
  progress: Progress,
  { job, report }: Run<ExpireBackupsJob>,
): Judged {
  if (decision.kind === 'keep' && decision.reason === 'delete-share' && !progress.heldBack.has(row.source)) {
    progress.heldBack.add(row.source);
    const release = JSON.stringify({ sources: [row.source], maxDeleteShare: 1 });
    report.limit(
      `More than ${job.maxDeleteShare} of the backups of ${row.source} are due at once; all of them are kept. If that is meant, start expire-backups with ${release}`,
    );
  }
  if (decision.kind !== 'delete') return { row, decision };
  progress.actions += 1;
  if (job.maxActions === undefined || progress.actions <= job.maxActions) return { row, decision };
  if (progress.actions === job.maxActions + 1) {
    report.limit(
      `More than maxActions (${job.maxActions}) backups are due; the rest is kept until the next run`,
    );
  }
  return { row, decision: { kind: 'keep', reason: 'max-actions' } };
}

interface Assignment {
  seen: Observation;
  /** When the slice was read. */
  readAt: Date;
  progress: Progress;
  run: Run<ExpireBackupsJob>;
}

async function carryOut(judged: readonly Judged[], assignment: Assignment): Promise<void> {
  const { progress, run } = assignment;
  await pMap(
    judged,
    async ({ row, decision }) => {
      const outcome = await carryOutOne({ row, decision }, assignment);
      if (outcome.decision === 'forget') {
        progress.spent.push({ key: row.key, outcome });
        return;
      }
      run.report.add(outcome);
      if (outcome.outcome === 'done') progress.spent.push({ key: row.key });
    },
    { concurrency: deletionsAtOnce },
  );
}

async function carryOutOne({ row, decision }: Judged, assignment: Assignment): Promise<Outcome> {
  const { run } = assignment;
  const { kind, reason } = decision;
  const head = {
    resource: row.resource ?? row.key,
    decision: kind,
    reason,
    detail: `${row.source}, ${row.slot}`,
  };
  if (kind === 'keep') return { ...head, outcome: 'kept' };
  if (run.job.dryRun) return { ...head, outcome: 'withheld' };
  if (kind === 'forget' || row.resource === undefined) return { ...head, outcome: 'done' };
  if (run.timeLeft() <= 0) return { ...head, reason: 'out-of-time', outcome: 'deferred' };
  try {
    await deleteSnapshot(run.aws, row.resource, () => confirm(row, assignment));
    return { ...head, outcome: 'done' };
  } catch (error) {
    return failedDeletion(head, error);
  }
}

/** What was read is good for so long; a deletion that is throttled waits for longer. */
const staleSeconds = 30;

class DecisionChangedError extends AutomationError {
  override name = 'DecisionChangedError';
  readonly reason: string;

  constructor(reason: string) {
    super(`Decided anew: ${reason}`);
    this.reason = reason;
  }
}

async function confirm(row: BackupRow, { seen, readAt, run }: Assignment): Promise<void> {
  if (run.clock.now().getTime() - readAt.getTime() < staleSeconds * 1_000) return;
  const [judged] = await judge([row], seen, run);
  if (judged?.decision.kind === 'keep') throw new DecisionChangedError(judged.decision.reason);
}

function failedDeletion(head: Omit<Outcome, 'outcome'>, error: unknown): Outcome {
  if (error instanceof DecisionChangedError) {
    return { ...head, decision: 'keep', reason: error.reason, outcome: 'kept' };
  }
  const { name, message } = awsErrorOf(error);
  switch (natureOf(error)) {
    case 'absent':
      return { ...head, outcome: 'done' };
    case 'in-use':
      return { ...head, decision: 'keep', reason: 'in-use-by-image', outcome: 'kept' };
    case 'refused':
    case 'unclear':
      return { ...head, outcome: 'failed', error: { name, message } };
    default:
      return { ...head, outcome: 'deferred', reason: 'aws-said-later', error: { name, message } };
  }
}
