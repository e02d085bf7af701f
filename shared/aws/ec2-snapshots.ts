import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  type Snapshot as Ec2Snapshot,
  type Filter,
} from '@aws-sdk/client-ec2';
import { extraTagKeys, type Tags, tagKeys } from '../tags.ts';
import { type Ec2, filterValues, pages, required, slices, tagListOf, tagsOf } from './ec2.ts';
import { literal } from './ec2-volumes.ts';
import { persist } from './persist.ts';

export interface Snapshot {
  id: string;
  volumeId: string;
  /** `pending`, `completed`, `error`, `recoverable` or `recovering`. */
  state: string;
  startedAt: Date;
  /** Cannot be changed after the creation, and is not copied by those who copy tags. */
  description: string;
  isArchived: boolean;
  tags: Tags;
  /** Why a copy failed. EC2 says it of copies alone. */
  stateMessage?: string;
}

/** The descriptions of sets' members and of copies: what proves that their tags are their own. */
export const setDescription = (set: string): string => `Groundskeeper set ${set}`;
export const copyDescription = (copyOf: string): string => `Groundskeeper copy of ${copyOf}`;

/**
 * The volume, or the instance for a set's member, that this is a backup of; undefined if only its tags say
 * so. Tags travel: a volume restored with the tags of a snapshot of ours passes them on to snapshots of its
 * own, which are not ours. A copy's volume is an arbitrary one, and a set's members are all tagged alike:
 * there the description, which does not travel, must agree.
 */
export function sourceOf({ volumeId, description, tags }: Snapshot): string | undefined {
  const source = tags[tagKeys.source];
  const copyOf = tags[extraTagKeys.copyOf];
  const set = tags[extraTagKeys.set];
  if (copyOf !== undefined) return description === copyDescription(copyOf) ? source : undefined;
  if (set !== undefined) return description === setDescription(set) ? source : undefined;
  return source === volumeId ? source : undefined;
}

/** Every snapshot that carries this owner's tag, in pages of up to 1,000. */
export function ownSnapshots(place: Ec2, owner: string): AsyncGenerator<Snapshot[]> {
  return describeSnapshots(place, [byTag(tagKeys.owner, [owner])]);
}

/** This owner's snapshots that carry one of these values in the tag, in pages. */
export async function* ownSnapshotsWith(
  place: Ec2,
  owner: string,
  tag: 'slot' | 'source',
  values: readonly string[],
): AsyncGenerator<Snapshot[]> {
  for (const slice of slices(values, filterValues)) {
    yield* describeSnapshots(place, [byTag(tagKeys.owner, [owner]), byTag(tagKeys[tag], slice)]);
  }
}

/** The snapshots of this account with these ids, whosever they are; those that do not exist are not among them. */
export async function snapshotsById(place: Ec2, ids: readonly string[]): Promise<Map<string, Snapshot>> {
  const found = new Map<string, Snapshot>();
  for (const slice of slices(ids, filterValues)) {
    for await (const page of describeSnapshots(place, [{ Name: 'snapshot-id', Values: slice }])) {
      for (const snapshot of page) found.set(snapshot.id, snapshot);
    }
  }
  return found;
}

export const byTag = (key: string, values: readonly string[]): Filter => ({
  Name: `tag:${key}`,
  Values: values.map(literal),
});

export async function* describeSnapshots(place: Ec2, filters: Filter[]): AsyncGenerator<Snapshot[]> {
  const wanted = { OwnerIds: ['self'], Filters: filters, MaxResults: 1000 };
  const read = (from: { NextToken?: string }) =>
    place.ec2.send(new DescribeSnapshotsCommand({ ...wanted, ...from }));
  for await (const { Snapshots } of pages(place, 'Snapshots', read)) yield (Snapshots ?? []).map(toSnapshot);
}

const toSnapshot = (snapshot: Ec2Snapshot): Snapshot => ({
  id: required(snapshot.SnapshotId, 'SnapshotId'),
  volumeId: required(snapshot.VolumeId, 'VolumeId'),
  state: required(snapshot.State, 'State'),
  startedAt: required(snapshot.StartTime, 'StartTime'),
  description: snapshot.Description ?? '',
  isArchived: snapshot.StorageTier === 'archive',
  tags: tagsOf(snapshot.Tags),
  ...(snapshot.StateMessage && { stateMessage: snapshot.StateMessage }),
});

export interface NewSnapshot {
  volumeId: string;
  description: string;
  /** With the owner, slot and source tags: by them the snapshot is found if AWS's answer is lost. */
  tags: Tags;
}

/** Starts a snapshot, tagged from this call on, and returns its id. Never makes a second one of the same slot. */
export function createSnapshot(place: Ec2, { volumeId, description, tags }: NewSnapshot): Promise<string> {
  const attempt = async () => {
    const { SnapshotId } = await place.ec2.send(
      new CreateSnapshotCommand({
        VolumeId: volumeId,
        Description: description,
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: tagListOf(tags) }],
      }),
    );
    return required(SnapshotId, 'SnapshotId');
  };
  const find = async () => {
    const owner = required(tags[tagKeys.owner], tagKeys.owner);
    const slot = required(tags[tagKeys.slot], tagKeys.slot);
    for await (const page of ownSnapshotsWith(place, owner, 'slot', [slot])) {
      const made = page.find(
        (snapshot) => snapshot.state !== 'error' && sourceOf(snapshot) === tags[tagKeys.source],
      );
      if (made) return made.id;
    }
    return undefined;
  };
  return persist(attempt, place.patience, { find });
}

/** `confirm` is called before each attempt: it throws if the snapshot is no longer to be deleted. */
export async function deleteSnapshot(
  { ec2, patience }: Ec2,
  id: string,
  confirm: () => Promise<void>,
): Promise<void> {
  await persist(() => ec2.send(new DeleteSnapshotCommand({ SnapshotId: id })), patience, { confirm });
}

export async function tagSnapshots(
  { ec2, patience }: Ec2,
  ids: readonly string[],
  tags: Tags,
): Promise<void> {
  await persist(
    () => ec2.send(new CreateTagsCommand({ Resources: [...ids], Tags: tagListOf(tags) })),
    patience,
  );
}
