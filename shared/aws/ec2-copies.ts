/** Copies of snapshots in another region. CopySnapshot is called in the region that they go to. */
import { CopySnapshotCommand, type Filter } from '@aws-sdk/client-ec2';
import { extraTagKeys, type Tags, tagKeys } from '../tags.ts';
import { type Ec2, filterValues, required, slices, tagListOf } from './ec2.ts';
import { byTag, copyDescription, describeSnapshots, type Snapshot, sourceOf } from './ec2-snapshots.ts';
import { persist } from './persist.ts';

/** This owner's originals that say that a copy of them is awaited or has failed, in pages. */
export function snapshotsAwaitingCopies(place: Ec2, owner: string): AsyncGenerator<Snapshot[]> {
  // The only look with wildcards: what else the tag says does not matter.
  const unsettled: Filter = { Name: `tag:${extraTagKeys.copies}`, Values: ['*:wanted*', '*:failed*'] };
  return describeSnapshots(place, [byTag(tagKeys.owner, [owner]), unsettled]);
}

/** This owner's copies in this region of these originals, each named `<region>/<id>`. */
export async function copiesOf(place: Ec2, owner: string, originals: readonly string[]): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  for (const slice of slices(originals, filterValues)) {
    const filters = [byTag(tagKeys.owner, [owner]), byTag(extraTagKeys.copyOf, slice)];
    // Tags travel: the snapshot of a volume that was restored from a copy is no copy.
    for await (const page of describeSnapshots(place, filters)) found.push(...page.filter(sourceOf));
  }
  return found;
}

// "Snapshot copies have an arbitrary source volume ID": in practice it is this one.
const volumeOfCopies = 'vol-ffffffff';

/** How many copies are under way to this region, as far as they can be told from new snapshots. */
export async function copiesUnderWay(place: Ec2): Promise<number> {
  let count = 0;
  for await (const page of describeSnapshots(place, [{ Name: 'status', Values: ['pending'] }])) {
    count += page.filter(isCopy).length;
  }
  return count;
}

const isCopy = ({ volumeId, description }: Snapshot): boolean =>
  volumeId === volumeOfCopies || description.startsWith(copyDescription(''));

export interface NewSnapshotCopy {
  sourceRegion: string;
  snapshotId: string;
  /** With the owner and copy-of tags: by them the copy is found if AWS's answer is lost. */
  tags: Tags;
  /** A key of this region; left out, the account's default key for EBS. */
  kmsKey: string | undefined;
}

/**
 * Starts an encrypted copy in this region, tagged from this call on, and returns its id. It has no client
 * token: if the answer is lost, the copy is looked for before another is started. A key that may not be
 * used does not refuse the call: the copy ends in error after it, and its state message says so.
 */
export function copySnapshot(
  place: Ec2,
  { sourceRegion, snapshotId, tags, kmsKey }: NewSnapshotCopy,
): Promise<string> {
  const owner = required(tags[tagKeys.owner], tagKeys.owner);
  const original = required(tags[extraTagKeys.copyOf], extraTagKeys.copyOf);
  const attempt = async () => {
    const { SnapshotId } = await place.ec2.send(
      new CopySnapshotCommand({
        SourceRegion: sourceRegion,
        SourceSnapshotId: snapshotId,
        Description: copyDescription(original),
        Encrypted: true,
        ...(kmsKey !== undefined && { KmsKeyId: kmsKey }),
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: tagListOf(tags) }],
      }),
    );
    return required(SnapshotId, 'SnapshotId');
  };
  const find = async () =>
    (await copiesOf(place, owner, [original])).find(({ state }) => state !== 'error')?.id;
  return persist(attempt, place.patience, { find });
}
