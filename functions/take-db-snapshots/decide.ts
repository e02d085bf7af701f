/** Which databases get a snapshot in this slot, under which identifier and with which tags. */
import { type Database, sourceNameOf } from '../../shared/aws/rds-databases.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { backupTags, type NewBackup } from '../../shared/backups/backup-tags.ts';
import { databaseSnapshotId } from '../../shared/backups/db-snapshot-id.ts';
import type { Creation, Keeping } from '../../shared/backups/take.ts';
import { slotId } from '../../shared/slot.ts';
import type { Tags } from '../../shared/tags.ts';

export type TakeDecision = DatabaseCreation | (Keeping & { reason: KeepReason });

export interface DatabaseCreation extends Creation {
  database: Database;
  /** The snapshot's identifier. */
  id: string;
  /** The keys of the database's own tags that RDS would not take. */
  unfit: readonly string[];
}

export type KeepReason =
  | 'already-taken'
  | 'member-of-cluster'
  | 'cluster-not-chosen'
  | 'database-stopped'
  | 'database-deleting'
  | 'database-not-found'
  | 'max-actions';

export interface Seen {
  databases: readonly Database[];
  /** The sources that the selector names one by one: `db:…`, `cluster:…`. */
  named: readonly string[];
  /** Our backups that carry this slot's tag. */
  ofSlot: readonly StandingBackup[];
}

export interface TakeOrder extends NewBackup {
  maxActions: number | undefined;
}

export function decideTake(seen: Seen, order: TakeOrder): TakeDecision[] {
  // What changes while it is paged through may come twice.
  const databases = new Map(seen.databases.map((database) => [sourceNameOf(database), database]));
  const taken = new Map<string, StandingBackup>();
  for (const backup of seen.ofSlot) {
    // What failed is no backup: the slot is taken again.
    if (backup.source !== undefined && backup.state !== 'error') taken.set(backup.source, backup);
  }
  // Those of earlier tries count too: a try that failed for this limit must not take more each time.
  let creations = [...databases.keys()].filter((source) => taken.has(source)).length;
  const standingIds = new Set(seen.ofSlot.map(({ id }) => id));
  const decisions = [...databases].map(([source, database]): TakeDecision => {
    const backup = taken.get(source);
    if (backup) return { kind: 'keep', resource: source, reason: 'already-taken', backup };
    const keep = reasonToKeep(source, database, databases);
    if (keep) return keep;
    creations += 1;
    if (creations > (order.maxActions ?? Number.POSITIVE_INFINITY)) {
      return { kind: 'keep', resource: source, reason: 'max-actions' };
    }
    return snapshotToMake(source, database, standingIds, order);
  });
  for (const source of new Set(seen.named)) {
    if (!databases.has(source))
      decisions.push({ kind: 'keep', resource: source, reason: 'database-not-found' });
  }
  return decisions;
}

/**
 * CreateDBSnapshot wants an instance that is available or whose storage is being optimized (RDS API
 * reference). A stopped one stays so for days; all others become available: RDS is asked, and says not yet.
 */
const unusable: Readonly<Record<string, KeepReason>> = {
  stopped: 'database-stopped',
  stopping: 'database-stopped',
  deleting: 'database-deleting',
};

function reasonToKeep(
  source: string,
  { memberOf, status }: Database,
  chosen: ReadonlyMap<string, Database>,
): TakeDecision | undefined {
  if (memberOf !== undefined) {
    const cluster = sourceNameOf({ type: 'cluster', id: memberOf });
    const reason = chosen.has(cluster) ? 'member-of-cluster' : 'cluster-not-chosen';
    return { kind: 'keep', resource: source, reason, detail: cluster };
  }
  const reason = Object.hasOwn(unusable, status) ? unusable[status] : undefined;
  return reason && { kind: 'keep', resource: source, reason };
}

function snapshotToMake(
  source: string,
  database: Database,
  standingIds: ReadonlySet<string>,
  order: TakeOrder,
): DatabaseCreation {
  const { fit, unfit } = fitting(database.tags);
  const backup = { owner: order.owner, slot: slotId(order.slot), source };
  let attempt = 1;
  while (standingIds.has(databaseSnapshotId(backup, attempt))) attempt += 1;
  return {
    kind: 'create',
    source,
    backupKind: database.type === 'cluster' ? 'cluster-snapshot' : 'db-snapshot',
    ...backupTags({ id: source, tags: fit }, order),
    database,
    id: databaseSnapshotId(backup, attempt),
    unfit,
  };
}

/** RDS API reference, Tag: the characters that a key and a value may have, in Java's words. */
const takenByRds = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

function fitting(tags: Tags): { fit: Tags; unfit: string[] } {
  const fits = ([key, value]: [string, string]) => takenByRds.test(key) && takenByRds.test(value);
  const unfit = Object.entries(tags).filter((tag) => !fits(tag));
  return { fit: Object.fromEntries(Object.entries(tags).filter(fits)), unfit: unfit.map(([key]) => key) };
}
