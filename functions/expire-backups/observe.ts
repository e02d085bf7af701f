/** What stands in the account of the sources that have something due. */
import { filterValues, slices } from '../../shared/aws/ec2.ts';
import { observeImageSnapshots } from '../../shared/aws/ec2-images.ts';
import { ownSnapshotsWith, type Snapshot } from '../../shared/aws/ec2-snapshots.ts';
import { observeExisting } from '../../shared/aws/ec2-volumes.ts';
import type { Run } from '../../shared/entrypoint.ts';
import { tagKeys } from '../../shared/tags.ts';
import { type Account, type SourceStanding, standingOf } from './decide.ts';
import { duePages } from './due.ts';
import type { ExpireBackupsJob } from './job.ts';

export interface Observation {
  account: Account;
  standings: ReadonlyMap<string, SourceStanding>;
}

/** Holds a few numbers for each source that has something due, never a source's snapshots. */
export async function observeDue(run: Run<ExpireBackupsJob>): Promise<Observation> {
  const sources = await sourcesDue(run);
  const account: Account = {
    owner: run.owner,
    now: run.startedAt,
    maxDeleteShare: run.job.maxDeleteShare,
    imageSnapshots: sources.length > 0 ? await observeImageSnapshots(run.aws) : new Set(),
  };
  const standings = new Map<string, SourceStanding>();
  for (const slice of slices(sources, filterValues)) {
    const living = await observeExisting(run.aws, slice);
    for (const [source, snapshots] of await snapshotsBySource(slice, run)) {
      standings.set(source, standingOf(snapshots, living.has(source), account));
    }
  }
  return { account, standings };
}

async function sourcesDue(run: Run<ExpireBackupsJob>): Promise<string[]> {
  const sources = new Set<string>();
  for await (const { backups } of duePages(run)) for (const { source } of backups) sources.add(source);
  return [...sources];
}

async function snapshotsBySource(sources: readonly string[], { aws, owner }: Run<ExpireBackupsJob>) {
  const bySource = new Map<string, Snapshot[]>();
  for await (const page of ownSnapshotsWith(aws, owner, 'source', sources)) {
    for (const snapshot of page) {
      const source = snapshot.tags[tagKeys.source] ?? '';
      const others = bySource.get(source);
      if (others) others.push(snapshot);
      else bySource.set(source, [snapshot]);
    }
  }
  return bySource;
}
