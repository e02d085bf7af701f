/** Which volumes get a snapshot in this slot, and with which tags. */
import { type Snapshot, sourceOf } from '../../shared/aws/ec2-snapshots.ts';
import type { Volume } from '../../shared/aws/ec2-volumes.ts';
import { addDuration, type Duration } from '../../shared/duration.ts';
import { type Slot, slotId } from '../../shared/slot.ts';
import { ownTagPrefix, type Tags, tagKeys } from '../../shared/tags.ts';

/** `leftOut`: the volume's own tags that found no room. */
export type TakeDecision =
  | { kind: 'create'; volume: Volume; tags: Tags; leftOut: string[] }
  | { kind: 'keep'; resource: string; reason: KeepReason; snapshot?: Snapshot };

export type KeepReason =
  | 'already-taken'
  | 'volume-creating'
  | 'volume-deleting'
  | 'volume-deleted'
  | 'volume-error'
  | 'volume-not-found'
  | 'instance-without-volumes'
  | 'max-actions';

export interface Seen {
  volumes: readonly Volume[];
  /** The volumes and instances that the selector names one by one. */
  namedIds: readonly string[];
  /** Our snapshots that carry this slot's tag. */
  ofSlot: readonly Snapshot[];
}

export interface Appointment {
  owner: string;
  slot: Slot;
  expires: Date;
  maxActions: number | undefined;
}

export function decideTake(seen: Seen, appointment: Appointment): TakeDecision[] {
  // What changes while it is paged through may come twice.
  const volumes = [...new Map(seen.volumes.map((volume) => [volume.id, volume])).values()];
  const taken = new Map<string, Snapshot>();
  for (const snapshot of seen.ofSlot) {
    const source = sourceOf(snapshot);
    // A snapshot that ended in error is no backup: the slot is taken again.
    if (source !== undefined && snapshot.state !== 'error') taken.set(source, snapshot);
  }
  // Those of earlier tries count too: a try that failed for this limit must not take more each time.
  let creations = volumes.filter(({ id }) => taken.has(id)).length;
  const decisions = volumes.map((volume): TakeDecision => {
    const keep = reasonToKeep(volume, taken.get(volume.id));
    if (keep) return keep;
    creations += 1;
    if (creations > (appointment.maxActions ?? Number.POSITIVE_INFINITY)) {
      return { kind: 'keep', resource: volume.id, reason: 'max-actions' };
    }
    return { kind: 'create', volume, ...backupTags(volume, appointment) };
  });
  const present = new Set(volumes.flatMap(({ id, attachedTo }) => [id, ...attachedTo]));
  for (const id of new Set(seen.namedIds)) {
    const reason = id.startsWith('vol-') ? 'volume-not-found' : 'instance-without-volumes';
    if (!present.has(id)) decisions.push({ kind: 'keep', resource: id, reason });
  }
  return decisions;
}

const unusableStates = ['creating', 'deleting', 'deleted', 'error'] as const;

function reasonToKeep(volume: Volume, snapshot: Snapshot | undefined): TakeDecision | undefined {
  if (snapshot) return { kind: 'keep', resource: volume.id, reason: 'already-taken', snapshot };
  const unusable = unusableStates.find((state) => state === volume.state);
  return unusable && { kind: 'keep', resource: volume.id, reason: `volume-${unusable}` };
}

// EC2 takes 50 tags a resource, `aws:` ones not counted; ours are six.
const mostTags = 50;

/** Ours, then as many of the volume's own as there is room for, its name first. */
export function backupTags(
  volume: Volume,
  { owner, slot, expires }: Appointment,
): { tags: Tags; leftOut: string[] } {
  const ours: Tags = {
    [tagKeys.owner]: owner,
    [tagKeys.plan]: slot.backup,
    [tagKeys.tier]: slot.tier,
    [tagKeys.slot]: slotId(slot),
    [tagKeys.expires]: expires.toISOString(),
    [tagKeys.source]: volume.id,
  };
  const copied = Object.keys(volume.tags)
    .filter((key) => !key.startsWith('aws:') && !key.startsWith(ownTagPrefix))
    .sort((a, b) => Number(b === 'Name') - Number(a === 'Name') || (a < b ? -1 : 1));
  const room = mostTags - Object.keys(ours).length;
  // Not by assignment: a tag may be named `__proto__`.
  const fitting = Object.fromEntries(copied.slice(0, room).map((key) => [key, volume.tags[key] ?? '']));
  return { tags: { ...fitting, ...ours }, leftOut: copied.slice(room) };
}

/** A slot older than its tier's interval is not taken: the next one has come. */
export const isSlotOver = (slot: Slot, every: Duration, now: Date): boolean =>
  addDuration(slot.time, every) <= now;

/** Retention counts from the later of the slot and the start. */
export const expiryOf = (slot: Slot, keep: Duration, now: Date): Date =>
  addDuration(slot.time > now ? slot.time : now, keep);
