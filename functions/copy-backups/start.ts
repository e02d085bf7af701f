/** Starts copies: rows first, then the copies, then their ids into the rows. */
import pMap from 'p-map';
import { natureOf } from '../../shared/aws/errors.ts';
import { copyTags } from '../../shared/backups/copies.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import type { Outcome } from '../../shared/report.ts';
import { type CopyRun, gatewayOf } from './clients.ts';
import type { Start } from './decide.ts';
import { deferral, failedEnd, started } from './outcomes.ts';
import { copyRow, failedCopyRow } from './rows.ts';

// CopySnapshot refills at 5 a second: more at once would only be throttled.
const startsAtOnce = 5;
/** Describe calls are eventually consistent: the next run, which waits for the lock, must see what this one made. */
const consistencyWait = 5_000;

export async function startCopies(starts: readonly Start[], run: CopyRun): Promise<void> {
  if (starts.length === 0) return;
  const { ledger, report, clock } = run;
  // AWS takes 20 at once to a region: there are never so many that batches would be worth while.
  await ledger.put(byKey(starts.flatMap(rowsBefore)));
  const attempts = await pMap(starts, (start) => startOne(start, run), { concurrency: startsAtOnce });
  const made = byKey(attempts.map(({ row }) => row).filter((row) => row !== undefined));
  if (made.length > 0) await ledger.put(made);
  const spent = spentKeys(attempts);
  if (spent.length > 0) await ledger.remove(spent);
  for (const { outcome } of attempts) report.add(outcome);
  if (made.length > 0) await clock.sleep(consistencyWait);
}

/** A set's copies to one region share a row. */
const byKey = (rows: readonly BackupRow[]): BackupRow[] => [
  ...new Map(rows.map((row) => [row.key, row])).values(),
];

function rowsBefore({ original, region, part, expires, failed, hasOthers }: Start): BackupRow[] {
  const tags = copyTags(original, part, expires);
  const row = copyRow(original, region, tags, hasOthers ? original.id : undefined);
  const earlier = failed.map((copy) => failedCopyRow(original, region, copy));
  return [row, ...earlier].filter((row) => row !== undefined);
}

/** One copy's end: the row as it now is, or the key of one that certainly has nothing behind it. */
interface Attempt {
  key: string | undefined;
  outcome: Outcome;
  row?: BackupRow | undefined;
  isSpent?: boolean;
}

async function startOne(start: Start, run: CopyRun): Promise<Attempt> {
  const { original, region, part, attempt, expires, kmsKey, hasOthers } = start;
  const tags = copyTags(original, part, expires);
  const key = copyRow(original, region, tags, undefined)?.key;
  if (run.timeLeft() <= 0) return { key, outcome: deferral(start, 'out-of-time') };
  try {
    const { id, detail } = await gatewayOf(original, run).start(region, {
      original,
      part,
      attempt,
      tags,
      kmsKey,
    });
    return { key, outcome: started(start, id, detail), row: copyRow(original, region, tags, id) };
  } catch (error) {
    const isMade = natureOf(error) === 'unknown-outcome' || natureOf(error) === 'unclear';
    return { key, outcome: failedEnd(start, error), isSpent: !isMade && !hasOthers };
  }
}

/** Rows of which no copy was made. */
function spentKeys(attempts: readonly Attempt[]): string[] {
  const spent = attempts.filter(({ isSpent }) => isSpent).map(({ key }) => key);
  const live = new Set(attempts.filter(({ isSpent }) => !isSpent).map(({ key }) => key));
  return [...new Set(spent)].filter((key) => key !== undefined).filter((key) => !live.has(key));
}
