import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  type Snapshot as Ec2Snapshot,
  type Filter,
} from '@aws-sdk/client-ec2';
import { type Tags, tagKeys } from '../tags.ts';
import { type Ec2, filterValues, pages, required, slices, tagListOf, tagsOf } from './ec2.ts';
import { literal } from './ec2-volumes.ts';
import { persist } from './persist.ts';

export interface Snapshot {
  id: string;
  volumeId: string;
  /** `pending`, `completed`, `error`, `recoverable` or `recovering`. */
  state: string;
  startedAt: Date;
  tags: Tags;
}

/**
 * The volume that this is a backup of; undefined if its tags do not say so. Tags travel: a volume restored
 * with the tags of a snapshot of ours passes them on to snapshots of its own, which are not ours.
 */
export function sourceOf({ volumeId, tags }: Snapshot): string | undefined {
  const source = tags[tagKeys.source];
  return source === volumeId ? source : undefined;
}

/** Every snapshot that carries this owner's tag, in pages of up to 1,000. */
export function ownSnapshots(ec2: Ec2, owner: string): AsyncGenerator<Snapshot[]> {
  return describeSnapshots(ec2, [byTag(tagKeys.owner, [owner])]);
}

/** This owner's snapshots that carry one of these values in the tag, in pages. */
export async function* ownSnapshotsWith(
  ec2: Ec2,
  owner: string,
  tag: 'slot' | 'source',
  values: readonly string[],
): AsyncGenerator<Snapshot[]> {
  for (const slice of slices(values, filterValues)) {
    yield* describeSnapshots(ec2, [byTag(tagKeys.owner, [owner]), byTag(tagKeys[tag], slice)]);
  }
}

/** The snapshots of this account with these ids, whosever they are; those that do not exist are not among them. */
export async function snapshotsById(ec2: Ec2, ids: readonly string[]): Promise<Map<string, Snapshot>> {
  const found = new Map<string, Snapshot>();
  for (const slice of slices(ids, filterValues)) {
    for await (const page of describeSnapshots(ec2, [{ Name: 'snapshot-id', Values: slice }])) {
      for (const snapshot of page) found.set(snapshot.id, snapshot);
    }
  }
  return found;
}

const byTag = (key: string, values: readonly string[]): Filter => ({
  Name: `tag:${key}`,
  Values: values.map(literal),
});

async function* describeSnapshots(ec2: Ec2, filters: Filter[]): AsyncGenerator<Snapshot[]> {
  const wanted = { OwnerIds: ['self'], Filters: filters, MaxResults: 1000 };
  const read = (from: { NextToken?: string }) =>
    ec2.client.send(new DescribeSnapshotsCommand({ ...wanted, ...from }));
  for await (const { Snapshots } of pages(ec2, 'Snapshots', read)) yield (Snapshots ?? []).map(toSnapshot);
}

const toSnapshot = (snapshot: Ec2Snapshot): Snapshot => ({
  id: required(snapshot.SnapshotId, 'SnapshotId'),
  volumeId: required(snapshot.VolumeId, 'VolumeId'),
  state: required(snapshot.State, 'State'),
  startedAt: required(snapshot.StartTime, 'StartTime'),
  tags: tagsOf(snapshot.Tags),
});

export interface NewSnapshot {
  volumeId: string;
  description: string;
  /** With the owner, slot and source tags: by them the snapshot is found if AWS's answer is lost. */
  tags: Tags;
}

/** Starts a snapshot, tagged from this call on, and returns its id. Never makes a second one of the same slot. */
export function createSnapshot(ec2: Ec2, { volumeId, description, tags }: NewSnapshot): Promise<string> {
  const attempt = async () => {
    const { SnapshotId } = await ec2.client.send(
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
    for await (const page of ownSnapshotsWith(ec2, owner, 'slot', [slot])) {
      const made = page.find(
        (snapshot) => snapshot.state !== 'error' && sourceOf(snapshot) === tags[tagKeys.source],
      );
      if (made) return made.id;
    }
    return undefined;
  };
  return persist(attempt, ec2.patience, { find });
}

/** `confirm` is called before each attempt: it throws if the snapshot is no longer to be deleted. */
export async function deleteSnapshot(
  { client, patience }: Ec2,
  id: string,
  confirm: () => Promise<void>,
): Promise<void> {
  await persist(() => client.send(new DeleteSnapshotCommand({ SnapshotId: id })), patience, { confirm });
}

export async function tagSnapshot({ client, patience }: Ec2, id: string, tags: Tags): Promise<void> {
  await persist(
    () => client.send(new CreateTagsCommand({ Resources: [id], Tags: tagListOf(tags) })),
    patience,
  );
}
