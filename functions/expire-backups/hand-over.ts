/** Hands what is more than one run can do to workers: this function itself, started by its queue. */
import { countMessages, sendMessages } from '../../shared/aws/sqs.ts';
import type { Outcome } from '../../shared/report.ts';
import { type Batch, batchesOf, mostInOneRun } from './batches.ts';
import type { ExpireRun } from './clients.ts';
import type { countDue } from './due.ts';

type Due = Awaited<ReturnType<typeof countDue>>;

/** True if this run deletes nothing itself: workers do, or have still enough to do. */
export async function handOver(due: Due, run: ExpireRun): Promise<boolean> {
  const { queueUrl } = run;
  if (queueUrl === undefined || !isTooMuch(due, run)) return false;
  const { waiting } = await countMessages(run.aws, queueUrl);
  // Sent again, each batch would only find that the workers were there before.
  if (waiting > 0) run.report.add(stillWorking(waiting));
  else await send(batchesOf(rowsBySource(due)), queueUrl, run);
  return true;
}

/** What a person or a worker is to delete of some sources is one run's work, however long it takes; so is a limited one. */
function isTooMuch(due: Due, { job, timeLeft }: ExpireRun): boolean {
  if (job.sources !== undefined || job.maxActions !== undefined) return false;
  let rows = 0;
  for (const group of due.values()) rows += group.rows;
  return rows > mostInOneRun(timeLeft());
}

function rowsBySource(due: Due): Map<string, number> {
  const bySource = new Map<string, number>();
  for (const { group, rows } of due.values())
    bySource.set(group.source, (bySource.get(group.source) ?? 0) + rows);
  return bySource;
}

const stillWorking = (waiting: number): Outcome => ({
  resource: 'queue',
  decision: 'keep',
  reason: 'workers-busy',
  outcome: 'kept',
  detail: `about ${waiting} batches wait for workers; the next run looks again`,
});

async function send(batches: readonly Batch[], queueUrl: string, run: ExpireRun): Promise<void> {
  const { job, report, aws } = run;
  const { maxDeleteShare, keepOfGoneSources } = job;
  const bodies = batches.map(({ sources }) => JSON.stringify({ sources, maxDeleteShare, keepOfGoneSources }));
  const refused = job.dryRun ? new Map() : await sendMessages(aws, queueUrl, bodies);
  for (const [index, batch] of batches.entries()) {
    const error = refused.get(index);
    const outcome = error ? 'failed' : job.dryRun ? 'withheld' : 'done';
    report.add({ ...headOf(batch), outcome, ...(error && { error }) });
  }
}

const headOf = ({ sources: [first = '', ...others], rows }: Batch): Omit<Outcome, 'outcome'> => ({
  resource: others.length > 0 ? `${first} and ${others.length} more` : first,
  decision: 'enqueue',
  reason: 'more-than-one-run',
  detail: `${rows} backups are due`,
});
