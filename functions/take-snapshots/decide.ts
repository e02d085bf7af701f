/** Which volumes get a snapshot in this slot, and with which tags. */
import type { Volume } from '../../shared/aws/ec2-volumes.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { backupTags, type NewBackup } from '../../shared/backups/backup-tags.ts';
import type { Creation, Keeping } from '../../shared/backups/take.ts';

export type TakeDecision = Creation | (Keeping & { reason: KeepReason });

export type KeepReason =
  | 'already-taken'
  | 'volume-creating'
  | 'volume-deleting'
  | 'volume-deleted'
  | 'volume-error'
  | 'volume-not-found'
  | 'max-actions';

export interface Seen {
  volumes: readonly Volume[];
  /** The volumes that the selector names one by one. */
  namedIds: readonly string[];
  /** Our backups that carry this slot's tag. */
  ofSlot: readonly StandingBackup[];
}

export interface TakeOrder extends NewBackup {
  maxActions: number | undefined;
}

export function decideTake(seen: Seen, order: TakeOrder): TakeDecision[] {
  // What changes while it is paged through may come twice.
  const volumes = [...new Map(seen.volumes.map((volume) => [volume.id, volume])).values()];
  const taken = new Map<string, StandingBackup>();
  for (const backup of seen.ofSlot) {
    // What ended in error is no backup: the slot is taken again.
    if (backup.source !== undefined && backup.state !== 'error') taken.set(backup.source, backup);
  }
  // Those of earlier tries count too: a try that failed for this limit must not take more each time.
  let creations = volumes.filter(({ id }) => taken.has(id)).length;
  const decisions = volumes.map((volume): TakeDecision => {
    const keep = reasonToKeep(volume, taken.get(volume.id));
    if (keep) return keep;
    creations += 1;
    if (creations > (order.maxActions ?? Number.POSITIVE_INFINITY)) {
      return { kind: 'keep', resource: volume.id, reason: 'max-actions' };
    }
    return { kind: 'create', source: volume.id, backupKind: 'snapshot', ...backupTags(volume, order) };
  });
  const present = new Set(volumes.map(({ id }) => id));
  for (const id of new Set(seen.namedIds)) {
    if (!present.has(id)) decisions.push({ kind: 'keep', resource: id, reason: 'volume-not-found' });
  }
  return decisions;
}

const unusableStates = ['creating', 'deleting', 'deleted', 'error'] as const;

function reasonToKeep(volume: Volume, backup: StandingBackup | undefined): TakeDecision | undefined {
  if (backup) return { kind: 'keep', resource: volume.id, reason: 'already-taken', backup };
  const unusable = unusableStates.find((state) => state === volume.state);
  return unusable && { kind: 'keep', resource: volume.id, reason: `volume-${unusable}` };
}
