/** Sets: the snapshots of one instance's volumes, taken at one moment by one call. */
import { CreateSnapshotsCommand } from '@aws-sdk/client-ec2';
import { AutomationError, ObservationError } from '../errors.ts';
import { extraTagKeys, type Tags, tagKeys } from '../tags.ts';
import { type Ec2, required, tagListOf } from './ec2.ts';
import { ownSnapshotsWith, type Snapshot, setDescription, sourceOf, tagSnapshots } from './ec2-snapshots.ts';
import { awsErrorOf, natureOf } from './errors.ts';
import { persist } from './persist.ts';

export interface SnapshotSet {
  id: string;
  /** The instance. */
  source: string;
  members: readonly Snapshot[];
}

/** How many members the set should have, by its tags. */
export const sizeOf = ({ members: [first] }: Pick<SnapshotSet, 'members'>): number =>
  Number(first?.tags[extraTagKeys.members]);

/** This owner's sets of a slot, whatever has become of them. What is a member by its tags alone is none. */
export async function setsOfSlot(place: Ec2, owner: string, slot: string): Promise<SnapshotSet[]> {
  const sets = new Map<string, SnapshotSet>();
  for await (const page of ownSnapshotsWith(place, owner, 'slot', [slot])) {
    for (const snapshot of page) {
      const id = snapshot.tags[extraTagKeys.set];
      const source = sourceOf(snapshot);
      const isCopy = snapshot.tags[extraTagKeys.copyOf] !== undefined;
      if (id === undefined || source === undefined || isCopy) continue;
      const { members = [] } = sets.get(id) ?? {};
      // What changes while it is paged through may come twice.
      const others = members.filter((member) => member.id !== snapshot.id);
      sets.set(id, { id, source, members: [...others, snapshot] });
    }
  }
  return [...sets.values()];
}

export interface NewSnapshotSet {
  id: string;
  instance: string;
  /** How many volumes are in it. */
  members: number;
  bootVolume: boolean;
  /** Data volumes that are left out, 40 at most; with the boot volume's id among them EC2 refuses the call. */
  excludeVolumes: readonly string[];
  /** With the owner and slot tags: by them the set is found if AWS's answer is lost. */
  tags: Tags;
}

/**
 * Starts the snapshots of a set, tagged from this call on, and returns their ids. Never makes a second set
 * of the same id. Where a volume was attached or detached meanwhile, the number in `:members` is put right.
 */
export async function createSnapshotSet(place: Ec2, set: NewSnapshotSet): Promise<string[]> {
  const attempt = async () => {
    const { Snapshots = [] } = await place.ec2.send(
      new CreateSnapshotsCommand({
        InstanceSpecification: {
          InstanceId: set.instance,
          ExcludeBootVolume: !set.bootVolume,
          ...(set.excludeVolumes.length > 0 && { ExcludeDataVolumeIds: [...set.excludeVolumes] }),
        },
        Description: setDescription(set.id),
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: tagListOf(set.tags) }],
      }),
    );
    return Snapshots.map(({ SnapshotId }) => required(SnapshotId, 'SnapshotId'));
  };
  const find = async () => {
    const owner = required(set.tags[tagKeys.owner], tagKeys.owner);
    const slot = required(set.tags[tagKeys.slot], tagKeys.slot);
    const made = (await setsOfSlot(place, owner, slot)).find(({ id }) => id === set.id);
    if (made === undefined) return undefined;
    // What was just made is not seen all at once: how many there are, the next delivery will know.
    if (made.members.length !== set.members) {
      throw new ObservationError(
        `The set ${set.id} was made, but ${made.members.length} of ${set.members} members are seen`,
      );
    }
    return made.members.map(({ id }) => id);
  };
  const ids = await persist(attempt, place.patience, { find });
  if (ids.length !== set.members) await resize(place, set.id, ids);
  return ids;
}

/** Its failure is not that of the creation: the set stands. */
async function resize(place: Ec2, id: string, members: readonly string[]): Promise<void> {
  try {
    await tagWithSize(place, members);
  } catch (error) {
    if (natureOf(error) === 'unclear') throw error;
    const { name, message } = awsErrorOf(error);
    throw new AutomationError(`${id} was made, but could not be tagged with its size: ${name}: ${message}`, {
      cause: error,
    });
  }
}

/** Tags the members with how many they are. */
export function tagWithSize(place: Ec2, ids: readonly string[]): Promise<void> {
  return tagSnapshots(place, ids, { [extraTagKeys.members]: String(ids.length) });
}
