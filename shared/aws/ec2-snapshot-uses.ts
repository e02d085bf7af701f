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
import { snapshotsById } from './ec2-snapshots.ts';
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
    for (const { SnapshotId } of await locksOf(place, slice)) if (SnapshotId) locked.add(SnapshotId);
  }
  return locked;
}

async function locksOf(place: Ec2, ids: readonly string[]): Promise<LockedSnapshotsInfo[]> {
  const read = (from: { NextToken?: string }) =>
    place.ec2.send(new DescribeLockedSnapshotsCommand({ SnapshotIds: [...ids], ...from }));
  const locks: LockedSnapshotsInfo[] = [];
  try {
    for await (const { Snapshots = [] } of pages(place, 'Locks', read))
      locks.push(...Snapshots.filter(isInForce));
  } catch (error) {
    if (!(error instanceof Error) || natureOf(error.cause) !== 'absent') throw error;
    // One was deleted meanwhile, and EC2 refuses to tell of the others.
    const standing = await snapshotsById(place, ids);
    if (standing.size === ids.length) throw error;
    return standing.size > 0 ? locksOf(place, [...standing.keys()]) : [];
  }
  return locks;
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
