/** What may be deleted, and why the rest stands. */
import type { Obstacle, StandingBackup } from '../../shared/backups/backup.ts';
import { copiesIn } from '../../shared/backups/backup-tags.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import { expiryIn } from '../../shared/ledger/rows.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';

export type ExpiryDecision =
  | { kind: 'delete'; reason: 'past-retention' }
  /** Only the ledger's row goes: there is nothing behind it. */
  | { kind: 'forget'; reason: 'backup-gone' }
  | { kind: 'keep'; reason: KeepReason | Obstacle };

export type KeepReason =
  | 'not-ours'
  | 'not-due'
  | 'no-expiry'
  | 'not-settled'
  | 'other-source'
  | 'part-of-backup'
  | 'copy-awaited'
  | 'last-completed'
  | 'last-of-gone-source'
  | 'no-completed-backup'
  | 'floor-changed'
  | 'delete-share';

/** What stands of one source, in one region and of one kind. Small, since one is held for each that has something due. */
export interface SourceStanding {
  /** False if the source itself no longer exists. */
  living: boolean;
  /** Our completed backups of it: what failed is no backup that could be lost. */
  count: number;
  /** Those of them that this run would delete. */
  deletable: number;
  /** The newest completed ones, which are never deleted: one while the source lives, so many as the job says once it is gone. */
  floors: readonly string[];
}

export interface Account {
  owner: string;
  now: Date;
  maxDeleteShare: number;
  keepOfGoneSources: number;
}

/** From this number of backups on, a source is guarded by `maxDeleteShare`. */
const guardedFrom = 4;

/** A copy that has not come by then will not come: its original no longer waits for it. */
const longestWaitDays = 14;

/** What stands of one source, from all our backups of it of one kind in one region. */
export function standingOf(
  backups: readonly StandingBackup[],
  living: boolean,
  account: Account,
  /** Those that cannot be deleted in any case. */
  blocked: ReadonlySet<string> = new Set(),
): SourceStanding {
  const completed = backups.filter(({ state, source }) => state === 'completed' && source !== undefined);
  const floors = newest(completed, living ? 1 : account.keepOfGoneSources).map(({ id }) => id);
  const deletable = completed.filter(
    (backup) => !floors.includes(backup.id) && !blocked.has(backup.id) && !reasonToKeep(backup, account),
  );
  return { living, count: completed.length, deletable: deletable.length, floors };
}

function newest(backups: readonly StandingBackup[], count: number): StandingBackup[] {
  const kept: StandingBackup[] = [];
  for (const backup of backups) {
    const place = kept.findIndex((other) => isNewer(backup, other));
    kept.splice(place < 0 ? kept.length : place, 0, backup);
    kept.length = Math.min(kept.length, count);
  }
  return kept;
}

/** By start; of two started together the larger id, so that every run chooses the same. */
const isNewer = (a: StandingBackup, b: StandingBackup): boolean =>
  a.startedAt.getTime() - b.startedAt.getTime() > 0 ||
  (a.startedAt.getTime() === b.startedAt.getTime() && a.id > b.id);

/** True if deleting all that is due would take more of this living source than one run may. */
export const exceedsShare = ({ living, count, deletable }: SourceStanding, maxDeleteShare: number): boolean =>
  living && count >= guardedFrom && deletable > count * maxDeleteShare;

/** What stands in the account just before the deletion. */
export interface Seen {
  row: BackupRow;
  /** The row's backup, read again; undefined if it certainly does not exist. */
  backup: StandingBackup | undefined;
  /** Undefined if none of the source's backups is ours. */
  standing: SourceStanding | undefined;
  /** Its floors, read again; undefined for one that certainly does not exist. */
  floors: readonly (StandingBackup | undefined)[];
}

/** Whatever forbids it besides, AWS has to be asked about: see `Obstacle`. */
export function decideExpiry({ row, backup, standing, floors }: Seen, account: Account): ExpiryDecision {
  if (!backup) return { kind: 'forget', reason: 'backup-gone' };
  const reason =
    reasonToKeep(backup, account) ??
    // Otherwise its source's floors and share are not those that we looked at.
    (backup.source === row.source && backup.kind === row.kind ? undefined : 'other-source') ??
    reasonOfSource(backup, standing, floors, account);
  return reason ? { kind: 'keep', reason } : { kind: 'delete', reason: 'past-retention' };
}

/** What the backup itself says against its deletion. */
export function reasonToKeep(backup: StandingBackup, account: Account): KeepReason | undefined {
  const { state, source, tags } = backup;
  if (tags[tagKeys.owner] !== account.owner) return 'not-ours';
  if (source === undefined) return 'other-source';
  if (isPart(backup)) return 'part-of-backup';
  const expires = expiryIn(tags[tagKeys.expires]);
  if (!expires) return 'no-expiry';
  if (expires > account.now) return 'not-due';
  // A pending one would be deleted when it completes: until then it is a backup on its way.
  if (state !== 'completed' && state !== 'error') return 'not-settled';
  return awaitsCopy(backup, expires, account.now) ? 'copy-awaited' : undefined;
}

/** A member of a set, or an image's snapshot: it dies with the whole. A member's copy that failed dies by itself. */
const isPart = ({ kind, state, tags }: StandingBackup): boolean =>
  kind === 'snapshot' &&
  state !== 'error' &&
  (tags[extraTagKeys.set] !== undefined || tags[extraTagKeys.image] !== undefined);

function awaitsCopy({ tags }: StandingBackup, expires: Date, now: Date): boolean {
  const copies = copiesIn(tags[extraTagKeys.copies]);
  // A tag that cannot be read may say that one is awaited.
  const isAwaited = copies === undefined || [...copies.values()].includes('wanted');
  return isAwaited && now.getTime() - expires.getTime() <= longestWaitDays * 86_400_000;
}

/** What stands of its source against its deletion. */
export function reasonOfSource(
  { id }: StandingBackup,
  standing: SourceStanding | undefined,
  floors: readonly (StandingBackup | undefined)[],
  { maxDeleteShare, owner }: Account,
): KeepReason | undefined {
  // It carries our tag, but was not among what we saw of its source: too late to be judged.
  if (!standing) return 'floor-changed';
  if (standing.floors.includes(id)) return standing.living ? 'last-completed' : 'last-of-gone-source';
  // Then even a failed one is all that there is.
  if (standing.living && standing.floors.length === 0) return 'no-completed-backup';
  if (exceedsShare(standing, maxDeleteShare)) return 'delete-share';
  const stand = floors.length === standing.floors.length && floors.every((floor) => isFloor(floor, owner));
  return stand ? undefined : 'floor-changed';
}

const isFloor = (floor: StandingBackup | undefined, owner: string): boolean =>
  floor?.state === 'completed' && floor.tags[tagKeys.owner] === owner;
