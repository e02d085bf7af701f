/** What forbids the deletion of snapshots. Each is looked up for snapshots that exist. */
import {
  DescribeImagesCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotAttributeCommand,
  type Image,
  type LockedSnapshotsInfo,
} from '@aws-sdk/client-ec2';
import pMap from 'p-map';
import { type Ec2, filterValues, observing, pages, slices } from './ec2.ts';
import { natureOf } from './errors.ts';
import { persist } from './persist.ts';

/** Those of these that images of this account stand on, disabled and deprecated images included. */
export async function snapshotsInImages(place: Ec2, ids: readonly string[]): Promise<Set<string>> {
  const used = new Set<string>();
  for (const slice of slices(ids, filterValues)) {
    // DescribeImages hides disabled and deprecated images unless it is asked for them.
    const wanted = { Owners: ['self'], IncludeDisabled: true, IncludeDeprecated: true, MaxResults: 1000 };
    const filter = { Name: 'block-device-mapping.snapshot-id', Values: slice };
    const read = (from: { NextToken?: string }) =>
      place.ec2.send(new DescribeImagesCommand({ ...wanted, Filters: [filter], ...from }));
    for await (const { Images = [] } of pages(place, 'Images', read)) {
      for (const id of Images.flatMap(snapshotsOf)) used.add(id);
    }
  }
  return used;
}

const snapshotsOf = ({ BlockDeviceMappings = [] }: Image): string[] =>
  BlockDeviceMappings.map(({ Ebs }) => Ebs?.SnapshotId).filter((id) => id !== undefined);

/** Those of these that are locked against deletion. A lock whose time is over is none. */
export async function lockedSnapshots(place: Ec2, ids: readonly string[]): Promise<Set<string>> {
  const locked = new Set<string>();
  for (const slice of slices(ids, filterValues)) {
    const read = (from: { NextToken?: string }) =>
      place.ec2.send(new DescribeLockedSnapshotsCommand({ SnapshotIds: slice, ...from }));
    for await (const { Snapshots = [] } of pages(place, 'Locks', read)) {
      for (const { SnapshotId } of Snapshots.filter(isInForce)) if (SnapshotId) locked.add(SnapshotId);
    }
  }
  return locked;
}

const isInForce = ({ LockState }: LockedSnapshotsInfo): boolean => LockState !== 'expired';

// EC2 tells it of one snapshot a call, and refills at 20 a second for all that describe.
const looksAtOnce = 2;

/** Those of these that other accounts, or all, may make volumes of. */
export async function sharedSnapshots(place: Ec2, ids: readonly string[]): Promise<Set<string>> {
  const shared = new Set<string>();
  const look = async (id: string) => {
    if (await isShared(place, id)) shared.add(id);
  };
  await pMap(ids, look, { concurrency: looksAtOnce });
  return shared;
}

async function isShared({ ec2, patience }: Ec2, id: string): Promise<boolean> {
  const command = new DescribeSnapshotAttributeCommand({
    SnapshotId: id,
    Attribute: 'createVolumePermission',
  });
  return observing('Who may use a snapshot', async () => {
    try {
      const { CreateVolumePermissions = [] } = await persist(() => ec2.send(command), patience);
      return CreateVolumePermissions.length > 0;
    } catch (error) {
      // Deleted meanwhile: nobody may use it.
      if (natureOf(error) === 'absent') return false;
      throw error;
    }
  });
}
