/** What may be deleted, and why the rest stands. */
import { type Snapshot, sourceOf } from '../../shared/aws/ec2-snapshots.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import { expiryIn } from '../../shared/ledger/rows.ts';
import { tagKeys } from '../../shared/tags.ts';

export type ExpiryDecision =
  | { kind: 'delete'; reason: 'past-retention' }
  /** Only the ledger's row goes: there is nothing behind it. */
  | { kind: 'forget'; reason: 'snapshot-gone' }
  | { kind: 'keep'; reason: KeepReason };

export type KeepReason =
  | 'not-ours'
  | 'not-due'
  | 'no-expiry'
  | 'not-settled'
  | 'other-source'
  | 'in-use-by-image'
  | 'last-completed'
  | 'no-completed-backup'
  | 'floor-changed'
  | 'delete-share';

/** What stands of one source. Small, since one is held for each source that has something due. */
export interface SourceStanding {
  /** False if the source itself no longer exists. */
  living: boolean;
  /** Our completed snapshots of it: what failed is no backup that could be lost. */
  count: number;
  /** Those of them that this run would delete. */
  deletable: number;
  /** The newest completed one: never deleted while the source lives. */
  floor: string | undefined;
}

export interface Account {
  owner: string;
  now: Date;
  maxDeleteShare: number;
  /** What images of this account stand on. */
  imageSnapshots: ReadonlySet<string>;
}

/** From this number of backups on, a source is guarded by `maxDeleteShare`. */
const guardedFrom = 4;

/** What stands of one source, from all our snapshots of it. */
export function standingOf(
  snapshots: readonly Snapshot[],
  living: boolean,
  account: Account,
): SourceStanding {
  const completed = snapshots.filter((snapshot) => snapshot.state === 'completed' && sourceOf(snapshot));
  let newest: Snapshot | undefined;
  for (const snapshot of completed) if (!newest || isNewer(snapshot, newest)) newest = snapshot;
  const floor = living ? newest?.id : undefined;
  const deletable = completed.filter((snapshot) => snapshot.id !== floor && !reasonToKeep(snapshot, account));
  return { living, count: completed.length, deletable: deletable.length, floor };
}

/** By start; of two started together the larger id, so that every run chooses the same. */
const isNewer = (a: Snapshot, b: Snapshot): boolean =>
  a.startedAt.getTime() - b.startedAt.getTime() > 0 ||
  (a.startedAt.getTime() === b.startedAt.getTime() && a.id > b.id);

/** True if deleting all that is due would take more of this living source than one run may. */
export const exceedsShare = ({ living, count, deletable }: SourceStanding, maxDeleteShare: number): boolean =>
  living && count >= guardedFrom && deletable > count * maxDeleteShare;

/** What stands in the account just before the deletion. */
export interface Seen {
  row: BackupRow;
  /** The row's snapshot, read again; undefined if it certainly does not exist. */
  snapshot: Snapshot | undefined;
  /** Undefined if none of the source's snapshots is ours. */
  standing: SourceStanding | undefined;
  /** The source's floor, read again; undefined if it certainly does not exist. */
  floor: Snapshot | undefined;
}

export function decideExpiry({ row, snapshot, standing, floor }: Seen, account: Account): ExpiryDecision {
  if (!snapshot) return { kind: 'forget', reason: 'snapshot-gone' };
  const reason =
    reasonToKeep(snapshot, account) ??
    // Otherwise its source's floor and share are not those that we looked at.
    (sourceOf(snapshot) === row.source ? undefined : 'other-source') ??
    reasonOfSource(snapshot, standing, floor, account);
  return reason ? { kind: 'keep', reason } : { kind: 'delete', reason: 'past-retention' };
}

function reasonToKeep(snapshot: Snapshot, account: Account): KeepReason | undefined {
  const { id, state, tags } = snapshot;
  if (tags[tagKeys.owner] !== account.owner) return 'not-ours';
  if (sourceOf(snapshot) === undefined) return 'other-source';
  const expires = expiryIn(tags[tagKeys.expires]);
  if (!expires) return 'no-expiry';
  if (expires > account.now) return 'not-due';
  // A pending one would be deleted when it completes: until then it is a backup on its way.
  if (state !== 'completed' && state !== 'error') return 'not-settled';
  return account.imageSnapshots.has(id) ? 'in-use-by-image' : undefined;
}

function reasonOfSource(
  { id }: Snapshot,
  standing: SourceStanding | undefined,
  floor: Snapshot | undefined,
  { maxDeleteShare, owner }: Account,
): KeepReason | undefined {
  // It carries our tag, but was not among what we saw of its source: too late to be judged.
  if (!standing) return 'floor-changed';
  if (!standing.living) return undefined;
  if (id === standing.floor) return 'last-completed';
  // Then even a failed one is all that there is.
  if (standing.floor === undefined) return 'no-completed-backup';
  if (exceedsShare(standing, maxDeleteShare)) return 'delete-share';
  const floorStands = floor?.state === 'completed' && floor.tags[tagKeys.owner] === owner;
  return floorStands ? undefined : 'floor-changed';
}
