/** Which instances get a set in this slot, of which of their volumes, and with which tags. */
import type { Instance } from '../../shared/aws/ec2-instances.ts';
import { type NewSnapshotSet, type SnapshotSet, sizeOf } from '../../shared/aws/ec2-snapshot-sets.ts';
import { backupTags } from '../../shared/backups/backup-tags.ts';
import { setOf } from '../../shared/backups/ebs.ts';
import type { Creation, Keeping } from '../../shared/backups/take.ts';
import type { InstanceBackup } from '../../shared/job.ts';
import { slotId } from '../../shared/slot.ts';
import { extraTagKeys } from '../../shared/tags.ts';
import type { TakeOrder } from './decide.ts';

export type SetDecision = SetCreation | (Keeping & { reason: SetKeepReason; resize?: readonly string[] });

export interface SetCreation extends Creation {
  set: NewSnapshotSet;
  /** Only in an instance that runs is there anything to freeze. */
  runs: boolean;
}

export type SetKeepReason =
  | 'already-taken'
  | 'instance-pending'
  | 'instance-not-found'
  | 'nothing-to-snapshot'
  | 'max-actions';

export interface SeenInstances {
  instances: readonly Instance[];
  /** Our sets that carry this slot's tag. */
  ofSlot: readonly SnapshotSet[];
}

export interface SetOrder extends TakeOrder {
  region: string;
  now: Date;
  selected: Pick<InstanceBackup, 'ids' | 'bootVolume' | 'excludeVolumes'>;
}

export function decideSets({ instances: all, ofSlot }: SeenInstances, order: SetOrder): SetDecision[] {
  // What changes while it is paged through may come twice.
  const instances = [...new Map(all.map((instance) => [instance.id, instance])).values()];
  const taken = new Map<string, SnapshotSet>();
  for (const set of ofSlot) if (!hasFailed(set, order.now)) taken.set(set.source, set);
  // Those of earlier tries count too: a try that failed for this limit must not take more each time.
  let creations = instances.filter(({ id }) => taken.has(id)).length;
  const decisions = instances.map((instance): SetDecision => {
    const { id } = instance;
    const set = taken.get(id);
    if (set) return alreadyTaken(set, order.region);
    const earlier = ofSlot.filter(({ source }) => source === id).length;
    const decision = setToMake(instance, earlier, order);
    if (decision.kind === 'keep') return decision;
    creations += 1;
    if (creations <= (order.maxActions ?? Number.POSITIVE_INFINITY)) return decision;
    return { kind: 'keep', resource: id, reason: 'max-actions' };
  });
  const present = new Set(instances.map(({ id }) => id));
  for (const id of new Set(order.selected.ids)) {
    if (!present.has(id)) decisions.push({ kind: 'keep', resource: id, reason: 'instance-not-found' });
  }
  return decisions;
}

const resizableMilliseconds = 3_600_000;

const isResizable = ({ members }: SnapshotSet, now: Date): boolean =>
  members.every(({ startedAt }) => now.getTime() - startedAt.getTime() < resizableMilliseconds);

/** What ended in error is no backup: the slot is taken again. Nor is a set that has lost a member since. */
function hasFailed(set: SnapshotSet, now: Date): boolean {
  if (set.members.some(({ state }) => state === 'error')) return true;
  return set.members.length !== sizeOf(set) && !isResizable(set, now);
}

/**
 * EC2 makes all members or none. A number that is not the tag's is one that the run which made the set
 * did not live to put right: a volume came or went just then.
 */
function alreadyTaken(set: SnapshotSet, region: string): SetDecision {
  const ids = set.members.map(({ id }) => id);
  const backup = setOf(set.id, set.members, region);
  const keeping = { kind: 'keep', resource: set.source, reason: 'already-taken', backup } as const;
  return ids.length === sizeOf(set) ? keeping : { ...keeping, resize: ids };
}

function setToMake(instance: Instance, earlier: number, order: SetOrder): SetDecision {
  const { id, state, rootDevice } = instance;
  if (state === 'pending') return { kind: 'keep', resource: id, reason: 'instance-pending' };
  const { bootVolume, excludeVolumes = [] } = order.selected;
  const excluded = new Set(excludeVolumes);
  const boot = instance.volumes.find(({ device }) => device === rootDevice)?.id;
  const data = instance.volumes.map((volume) => volume.id).filter((volume) => volume !== boot);
  const withBoot = boot !== undefined && bootVolume && !excluded.has(boot);
  const members = data.filter((volume) => !excluded.has(volume)).length + (withBoot ? 1 : 0);
  if (members === 0) return { kind: 'keep', resource: id, reason: 'nothing-to-snapshot' };
  const set = setId(id, earlier, order);
  const extra = {
    [extraTagKeys.set]: set,
    [extraTagKeys.members]: String(members),
    // Until it is known to be more.
    [extraTagKeys.consistency]: 'crash',
  };
  const { tags, leftOut } = backupTags(instance, order, extra);
  return {
    kind: 'create',
    source: id,
    backupKind: 'set',
    tags,
    leftOut,
    runs: state !== 'stopped',
    set: {
      id: set,
      instance: id,
      members,
      bootVolume: withBoot,
      excludeVolumes: data.filter((volume) => excluded.has(volume)),
      tags,
    },
  };
}

/**
 * With the owner in it: two stages may back up one instance in slots of one name. The members of a set that
 * failed stand until they are deleted: they are no members of the next one.
 */
const setId = (instance: string, earlier: number, { owner, slot }: SetOrder): string =>
  [owner, slotId(slot), instance, ...(earlier > 0 ? [earlier + 1] : [])].join('/');
