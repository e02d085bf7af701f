/** What forbids the deletion of images, and of what is left of them. */
import { type AutoScaling, imagesOfGroups } from '../aws/auto-scaling.ts';
import type { Ec2 } from '../aws/ec2.ts';
import { imagesOfInstances, imagesOfLaunchTemplates } from '../aws/ec2-image-uses.ts';
import { type Image, imagesByName, isImageShared } from '../aws/ec2-images.ts';
import { lockedSnapshots, snapshotsInImages } from '../aws/ec2-snapshot-uses.ts';
import type { Place } from '../aws/place.ts';
import type { Obstacle, StandingBackup } from './backup.ts';

export type ImagePlace = Place<Pick<Ec2, 'ec2'> & Pick<AutoScaling, 'autoScaling'>>;

/** By name. The looks that serve all images are made once; of what has only remains left nobody launches anything. */
export async function imageObstacles(
  place: ImagePlace,
  backups: readonly StandingBackup[],
): Promise<Map<string, Obstacle>> {
  const found = new Map<string, Obstacle>();
  const open = () => backups.filter(({ id }) => !found.has(id));
  const note = (obstacle: Obstacle, isSo: (backup: StandingBackup) => boolean) => {
    for (const backup of open().filter(isSo)) found.set(backup.id, obstacle);
  };
  const names = backups.map(({ id }) => id);
  const images = await imagesByName(place, names);
  note('aws-backup', ({ tags }) => tags['aws:backup:source-resource'] !== undefined);
  note('locked', ({ id }) => images.get(id)?.isProtected ?? false);
  // Otherwise the image would go, and its locked snapshots stay.
  const locked = await lockedSnapshots(place, open().flatMap(snapshotsOf));
  note('locked', (backup) => snapshotsOf(backup).some((id) => locked.has(id)));
  const remains = open().filter(({ id }) => !images.has(id));
  const inImages = await snapshotsInImages(place, remains.flatMap(snapshotsOf));
  note('in-use-by-image', ({ id, parts }) => !images.has(id) && parts.every((part) => inImages.has(part)));
  if (images.size > 0) await noteUses(place, images, note);
  for (const { id } of open()) {
    const image = images.get(id);
    if (image && (await isImageShared(place, image))) found.set(id, 'shared');
  }
  return found;
}

const snapshotsOf = ({ parts }: StandingBackup): string[] => parts.filter((part) => part.startsWith('snap-'));

async function noteUses(
  place: ImagePlace,
  images: ReadonlyMap<string, Image>,
  note: (obstacle: Obstacle, isSo: (backup: StandingBackup) => boolean) => void,
): Promise<void> {
  const among = (used: ReadonlySet<string>) => (backup: StandingBackup) =>
    used.has(images.get(backup.id)?.id ?? '');
  const ids = [...images.values()].map(({ id }) => id);
  note('in-use-by-instance', among(await imagesOfInstances(place, ids)));
  note('in-use-by-launch-template', among(await imagesOfLaunchTemplates(place)));
  note('in-use-by-auto-scaling-group', among(await imagesOfGroups(place)));
}
