/** Looks after a release that cannot be read again: what differs is told, and left as it is. */
import type { PublishedRelease } from '../../shared/sites/manifest.ts';
import type { SyncRun } from './clients.ts';
import type { Known } from './decide.ts';
import { matcherOf } from './globs.ts';
import { merge } from './merge.ts';
import { listSite, type Seen, whereOf } from './observe.ts';
import { resourceOf } from './outcomes.ts';
import { countKept, type KeepTally } from './plan.ts';
import { tellKept } from './tell.ts';

export async function inspect({ manifest }: Seen, { name }: PublishedRelease, run: SyncRun): Promise<void> {
  const { job, report } = run;
  const kept: KeepTally = new Map();
  const isExcluded = matcherOf(job.exclude);
  const sides = { entries: none(), rows: manifest?.rows() ?? none(), listed: listSite(whereOf(run)) };
  for await (const { key, ...known } of merge({ ...sides, prefix: job.prefix })) {
    const reason = isExcluded(key.slice(job.prefix.length)) ? 'excluded' : judge(known);
    if (reason !== 'missing' && reason !== 'changed-by-another') countKept(kept, reason, key);
    else {
      const message = `${name} was published from a folder or a prefix, and cannot be read again: publish it anew`;
      const error = { name: 'NoSuchReleaseError', message };
      report.add({
        resource: resourceOf(job.bucket, key),
        decision: 'upload',
        reason,
        outcome: 'failed',
        error,
      });
    }
  }
  tellKept({ kept }, run);
}

function judge({ row, listed }: Known) {
  if (!row) return 'not-ours';
  if (!listed) return 'missing';
  return row.etag === listed.etag ? 'unchanged' : 'changed-by-another';
}

async function* none() {
  // No source.
}
