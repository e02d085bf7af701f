/** What forbids the deletion of snapshots and sets. */
import type { Ec2 } from '../aws/ec2.ts';
import { lockedSnapshots, sharedSnapshots, snapshotsInImages } from '../aws/ec2-snapshot-uses.ts';
import { type Snapshot, snapshotsById } from '../aws/ec2-snapshots.ts';
import type { Obstacle, StandingBackup } from './backup.ts';

/** By id. What forbids it for one member forbids it for the whole set. The cheapest looks come first. */
export async function ebsObstacles(
  place: Ec2,
  backups: readonly StandingBackup[],
): Promise<Map<string, Obstacle>> {
  const found = new Map<string, Obstacle>();
  const snapshots = await snapshotsById(
    place,
    backups.flatMap(({ parts }) => parts),
  );
  /** The parts of the backups of which nothing is found yet, without those that are gone. */
  const open = () =>
    backups
      .filter(({ id }) => !found.has(id))
      .flatMap(({ parts }) => parts.map((part) => snapshots.get(part)))
      .filter((snapshot) => snapshot !== undefined);
  const note = (obstacle: Obstacle, parts: ReadonlySet<string>) => {
    for (const backup of backups)
      if (!found.has(backup.id) && backup.parts.some((part) => parts.has(part)))
        found.set(backup.id, obstacle);
  };
  note('aws-backup', idsOf(open().filter(isOfAwsBackup)));
  note('archived', idsOf(open().filter(({ isArchived }) => isArchived)));
  note('locked', await lockedSnapshots(place, [...idsOf(open())]));
  note('in-use-by-image', await snapshotsInImages(place, [...idsOf(open())]));
  note('shared', await sharedSnapshots(place, [...idsOf(open())]));
  return found;
}

const idsOf = (snapshots: readonly Snapshot[]): Set<string> => new Set(snapshots.map(({ id }) => id));

/** https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup.html: only AWS Backup may delete its own. */
const isOfAwsBackup = ({ tags }: Snapshot): boolean => tags['aws:backup:source-resource'] !== undefined;
