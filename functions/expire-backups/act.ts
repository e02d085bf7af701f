/** Deletes what is due: the backup first, its row after it; the other order would lose track of it. */
import pMap from 'p-map';
import { slices } from '../../shared/aws/ec2.ts';
import { type BackupRow, rowsPerBatch } from '../../shared/ledger/ledger.ts';
import type { Outcome } from '../../shared/report.ts';
import type { ExpireRun } from './clients.ts';
import { carryOutOne } from './delete.ts';
import { groupKey } from './due.ts';
import { heedObstacles, type Judged, judge } from './judge.ts';
import type { Observation } from './observe.ts';
import type { Paces } from './paces.ts';

// At half of AWS's rate these take less time than what was read is good for.
const readAtOnce = 50;
// The pace holds them to AWS's rate; so many are under way while AWS takes its time to answer.
const deletionsAtOnce = 5;

/** What one run has done so far. */
export interface Progress {
  /** Deletions, for `maxActions`. */
  actions: number;
  /** Sources that `maxDeleteShare` held back, each said once. */
  heldBack: Set<string>;
  /** Rows with nothing behind them any more, until they fill a batch. */
  spent: SpentRow[];
  paces: Paces;
}

/** `outcome` where the row's removal is what was decided. */
interface SpentRow {
  key: string;
  outcome?: Outcome;
}

/** Goes through the rows in slices; false if the time ran out before the end. */
export async function expireRows(
  rows: readonly BackupRow[],
  seen: Observation,
  progress: Progress,
  run: ExpireRun,
): Promise<boolean> {
  const readable = rows.filter(({ region }) => !seen.unreadable.has(region));
  for (const slice of slices(readable, readAtOnce)) {
    if (run.timeLeft() <= 0) return false;
    const readAt = run.clock.now();
    const judged = await judge(slice, seen, run);
    for (const { row, decision } of judged)
      if (decision.reason === 'delete-share') sayShare(row, progress, run);
    const checked = isUsedUp(progress, run) ? judged : await heedObstacles(judged, run);
    await carryOut(
      checked.map((one) => limited(one, progress, run)),
      { seen, readAt, progress, run },
    );
    await forget(progress, progress.spent.length - (progress.spent.length % rowsPerBatch), run);
  }
  return true;
}

/** Removes rows whose backup is gone, those of full batches first. A crash before it leaves them to the next run. */
export async function forget(progress: Progress, count: number, run: ExpireRun): Promise<void> {
  const spent = progress.spent.splice(0, count);
  if (spent.length === 0) return;
  if (!run.job.dryRun) await run.ledger.remove(spent.map(({ key }) => key));
  for (const { outcome } of spent) if (outcome) run.report.add(outcome);
}

function sayShare(row: BackupRow, { heldBack }: Progress, { job, report, aws }: ExpireRun): void {
  if (heldBack.has(groupKey(row))) return;
  heldBack.add(groupKey(row));
  const release = JSON.stringify({ sources: [row.source], maxDeleteShare: 1 });
  const where = row.region === aws.region ? '' : ` in ${row.region}`;
  report.limit(
    `More than ${job.maxDeleteShare} of the backups of ${row.source}${where} are due at once; all of them are kept. If that is meant, start expire-backups with ${release}`,
  );
}

const isUsedUp = ({ actions }: Progress, { job }: ExpireRun): boolean =>
  job.maxActions !== undefined && actions >= job.maxActions;

function limited(one: Judged, progress: Progress, { job, report }: ExpireRun): Judged {
  if (one.decision.kind !== 'delete') return one;
  progress.actions += 1;
  if (job.maxActions === undefined || progress.actions <= job.maxActions) return one;
  if (progress.actions === job.maxActions + 1) {
    report.limit(
      `More than maxActions (${job.maxActions}) backups are due; the rest is kept until the next run`,
    );
  }
  return { ...one, decision: { kind: 'keep', reason: 'max-actions' } };
}

export interface Assignment {
  seen: Observation;
  /** When the slice was read. */
  readAt: Date;
  progress: Progress;
  run: ExpireRun;
}

async function carryOut(judged: readonly Judged[], assignment: Assignment): Promise<void> {
  const { progress, run } = assignment;
  await pMap(
    judged,
    async (one) => {
      const outcome = await carryOutOne(one, assignment);
      if (outcome.decision === 'forget') {
        progress.spent.push({ key: one.row.key, outcome });
        return;
      }
      run.report.add(outcome);
      if (outcome.outcome === 'done') progress.spent.push({ key: one.row.key });
    },
    { concurrency: deletionsAtOnce },
  );
}
