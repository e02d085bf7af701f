/** Images (AMIs) of instances, with the snapshots that they stand on, in one region. */
import type { Filter } from '@aws-sdk/client-ec2';
import { type Ec2, filterValues, slices } from '../aws/ec2.ts';
import { deregisterImage, type Image, imagesByName, ownImages } from '../aws/ec2-images.ts';
import { instancesStanding } from '../aws/ec2-instances.ts';
import {
  byTag,
  deleteSnapshot,
  describeSnapshots,
  type Snapshot,
  tagSnapshots,
} from '../aws/ec2-snapshots.ts';
import { natureOf } from '../aws/errors.ts';
import type { Place } from '../aws/place.ts';
import { extraTagKeys, type Tags, tagKeys } from '../tags.ts';
import type { BackupGateway, BackupState, StandingBackup } from './backup.ts';
import { isImageName } from './image-name.ts';
import { type ImagePlace, imageObstacles } from './image-obstacles.ts';

type Ec2Place = Place<Pick<Ec2, 'ec2'>>;

/**
 * An image's id here is its name, which is known before the image is and still known when only its snapshots
 * are left: what a deregistration leaves behind is found by it, and deleted by the next.
 */
export const imageBackups = (place: ImagePlace): BackupGateway => ({
  ...imagesIn(place),
  obstacles: (backups) => imageObstacles(place, backups),
});

/** The gateway for those who delete nothing, and so need not ask EC2 Auto Scaling. */
export function imagesIn(place: Ec2Place): Omit<BackupGateway, 'obstacles'> {
  const standing = (filters: Filter[]) => imagesAndRemains(place, filters);
  return {
    kinds: ['image'],
    region: place.region,
    own: (owner) => standing([byTag(tagKeys.owner, [owner])]),
    ownWith: async function* (owner, tag, values) {
      for (const slice of slices(values, filterValues))
        yield* standing([byTag(tagKeys.owner, [owner]), byTag(tagKeys[tag], slice)]);
    },
    byId: (names) => byName(place, names),
    living: (sources) =>
      instancesStanding(
        place,
        sources.filter((source) => source.startsWith('i-')),
      ),
    delete: (backup, confirm) => deleteImage(place, backup, confirm),
    tag: ({ parts }, tags) => tagSnapshots(place, parts, tags),
  };
}

async function* imagesAndRemains(place: Ec2Place, filters: Filter[]): AsyncGenerator<StandingBackup[]> {
  const seen = new Set<string>();
  for await (const page of ownImages(place, filters)) {
    for (const { name } of page) seen.add(name);
    yield page.map((image) => toBackup(image, place.region));
  }
  const ofImages = [...filters, { Name: 'tag-key', Values: [extraTagKeys.image] }];
  const remains = await remainsOf(place, ofImages, (name) => !seen.has(name));
  if (remains.length === 0) return;
  // What was begun only after the first look is no remains: a second image would be made in its place.
  const names = remains.map(({ id }) => id);
  const late = await imagesByName(place, names);
  yield [...late.values()].map((image) => toBackup(image, place.region));
  yield remains.filter(({ id }) => !late.has(id));
}

/** What is left of images that are gone: their snapshots, by the name that these are tagged with. */
async function remainsOf(
  place: Ec2Place,
  filters: Filter[],
  isGone: (name: string) => boolean,
): Promise<StandingBackup[]> {
  const byImage = new Map<string, Snapshot[]>();
  for await (const page of describeSnapshots(place, filters)) {
    for (const snapshot of page) {
      const name = snapshot.tags[extraTagKeys.image];
      if (name === undefined || !isOfImage(snapshot) || !isGone(name)) continue;
      byImage.set(name, [...(byImage.get(name) ?? []), snapshot]);
    }
  }
  return [...byImage].map(([name, snapshots]) => toRemains(name, snapshots, place.region));
}

/** AWS describes so what CreateImage makes of an instance; the snapshot of a volume that was restored with the tags is not. */
const isOfImage = ({ description, tags }: Snapshot): boolean =>
  description.startsWith(`Created by CreateImage(${tags[tagKeys.source]})`);

const toBackup = (image: Image, region: string): StandingBackup => ({
  kind: 'image',
  region,
  id: image.name,
  source: image.sourceInstance === image.tags[tagKeys.source] ? sourceOf(image) : undefined,
  state: stateOf(image),
  startedAt: image.createdAt,
  tags: image.tags,
  parts: [image.id, ...image.snapshots],
});

function toRemains(name: string, snapshots: readonly Snapshot[], region: string): StandingBackup {
  const tags = snapshots[0]?.tags ?? {};
  return {
    kind: 'image',
    region,
    id: name,
    source: sourceOf({ name, tags }),
    // Without its image it is no backup of the instance any more.
    state: 'error',
    startedAt: new Date(Math.min(...snapshots.map(({ startedAt }) => startedAt.getTime()))),
    tags,
    parts: snapshots.map(({ id }) => id),
  };
}

/**
 * Tags are copied with images by others, into other regions even with the name: of which instance EC2 made an
 * image is not. The name that we derive from the tags is given to one image alone.
 */
function sourceOf({ name, tags }: { name: string; tags: Tags }): string | undefined {
  const source = tags[tagKeys.source] ?? '';
  const owner = tags[tagKeys.owner] ?? '';
  // One that was promoted was named for the slot that it was made for.
  const slot = tags[extraTagKeys.promotedFrom] ?? tags[tagKeys.slot] ?? '';
  return isImageName(name, { owner, slot, source }) ? source : undefined;
}

const states: Readonly<Record<string, BackupState>> = {
  available: 'completed',
  // It can be enabled again, and its snapshots stand.
  disabled: 'completed',
  pending: 'pending',
  failed: 'error',
  error: 'error',
  invalid: 'error',
};

const stateOf = ({ state }: Image): BackupState => states[state] ?? 'other';

async function byName(place: Ec2Place, names: readonly string[]): Promise<Map<string, StandingBackup>> {
  const images = await imagesByName(place, names);
  const found = new Map([...images].map(([name, image]) => [name, toBackup(image, place.region)]));
  const gone = names.filter((name) => !found.has(name));
  for (const slice of slices(gone, filterValues)) {
    for (const remains of await remainsOf(place, [byTag(extraTagKeys.image, slice)], () => true))
      found.set(remains.id, remains);
  }
  return found;
}

/**
 * Deregisters the image with its snapshots, then deletes of its snapshots what is left: by a run that died,
 * or where AWS answered that it could not. Throws EC2's `InvalidSnapshot.InUse` where another image stands on
 * one: then that one stays, and with it its row.
 */
async function deleteImage(
  place: Ec2Place,
  { id: name, parts, tags }: StandingBackup,
  confirm: () => Promise<void>,
): Promise<string | undefined> {
  const image = parts.find((part) => part.startsWith('ami-'));
  const results = image ? await deregisterImage(place, image, confirm) : new Map<string, string>();
  const owner = byTag(tagKeys.owner, [tags[tagKeys.owner] ?? '']);
  const left: Snapshot[] = [];
  for await (const page of describeSnapshots(place, [owner, byTag(extraTagKeys.image, [name])]))
    left.push(...page.filter(isOfImage).filter(({ id }) => results.get(id) !== 'success'));
  const problems: unknown[] = [];
  for (const { id } of left) {
    await deleteSnapshot(place, id, confirm).catch((error: unknown) => {
      const nature = natureOf(error);
      if (nature === 'absent') return;
      // Those that nobody else needs go all the same.
      if (nature !== 'in-use') throw error;
      problems.push(error);
    });
  }
  if (problems.length > 0) throw problems[0];
  return image && `${image} with its snapshots`;
}
