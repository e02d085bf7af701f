/** What a report says besides what was done. */

import { invalidationOf } from '../../shared/sites/invalidation.ts';
import type { Changes } from '../../shared/sites/synced.ts';
import type { Announce } from './announce.ts';
import type { SyncRun } from './clients.ts';
import { inFull } from './journal.ts';
import type { Seen } from './observe.ts';
import { doneOutcome, resourceOf } from './outcomes.ts';
import { changesIn, changesOf, type SyncPlan } from './plan.ts';
import type { Totals } from './watch.ts';

export const tellTotals = ({ uploads, headers, deletes }: SyncPlan): Totals => ({
  uploads: uploads.length,
  headers: headers.length,
  deletes: deletes.length,
  bytes: uploads.bytes,
});

/** Counted by their reasons: a site has thousands of files that stay as they are. */
export function tellKept({ kept }: Pick<SyncPlan, 'kept'>, { job, report }: SyncRun): void {
  for (const [reason, { count, examples }] of kept) {
    const more = count > examples.length ? ', …' : '';
    const detail = `${count} ${count === 1 ? 'file' : 'files'}: ${examples.join(', ')}${more}`;
    const resource = resourceOf(job.bucket, job.prefix);
    report.add({ resource, decision: 'keep', reason, outcome: 'kept', detail }, count);
  }
}

/** What a dry run would have done, and what would follow from it if anybody were told. */
export async function tellWithheld(
  plan: SyncPlan,
  seen: Seen,
  { job, report }: SyncRun,
  announce: Announce | undefined,
): Promise<void> {
  for (const told of changesIn(plan)) report.add(doneOutcome(job.bucket, told, 'withheld'));
  if (!announce) return;
  const detail = await invalidationFor(inFull(changesOf(plan)), seen, job.prefix);
  if (detail === undefined) return;
  const resource = resourceOf(job.bucket, job.prefix);
  report.add({ resource, decision: 'invalidate', reason: 'assets-synced', outcome: 'withheld', detail });
}

async function invalidationFor(changes: Changes, seen: Seen, prefix: string): Promise<string | undefined> {
  const keys = () => (seen.manifest ? keysOf(seen.manifest) : []);
  const invalidation = await invalidationOf(changes, keys, { prefix });
  if (!invalidation || invalidation.paths.length === 0) return undefined;
  const { paths } = invalidation;
  return `${paths.length} ${paths.length === 1 ? 'path' : 'paths'}: ${paths.join(' ')}`;
}

async function* keysOf(manifest: NonNullable<Seen['manifest']>): AsyncGenerator<string> {
  for await (const { key } of manifest.rows()) yield key;
}
