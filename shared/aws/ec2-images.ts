/** Images of this account: what they are, who may use them, and their ends. */
import {
  CreateImageCommand,
  type CreateImageRequest,
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  type Image as Ec2Image,
  type Filter,
} from '@aws-sdk/client-ec2';
import type { Tags } from '../tags.ts';
import { type Ec2, filterValues, observing, pages, required, slices, tagListOf, tagsOf } from './ec2.ts';
import { literal } from './ec2-volumes.ts';
import { natureOf } from './errors.ts';
import { persist } from './persist.ts';

export interface Image {
  id: string;
  name: string;
  /** `pending`, `available`, `disabled`, `failed`, `error`, `invalid`, `deregistered` or `transient`. */
  state: string;
  createdAt: Date;
  isPublic: boolean;
  /** It cannot be deregistered until a person switches its protection off. */
  isProtected: boolean;
  /** The instance that CreateImage made it of; EC2 says it of no copy, whatever tags and name that has. */
  sourceInstance: string | undefined;
  /** Those that it stands on. */
  snapshots: readonly string[];
  tags: Tags;
}

/** Images of this account, disabled and deprecated ones included, in pages. */
export async function* ownImages(place: Ec2, filters: Filter[]): AsyncGenerator<Image[]> {
  // DescribeImages hides disabled and deprecated images unless it is asked for them.
  const all = { Owners: ['self'], IncludeDisabled: true, IncludeDeprecated: true };
  const wanted = { ...all, Filters: filters, MaxResults: 1000 };
  const read = (from: { NextToken?: string }) =>
    place.ec2.send(new DescribeImagesCommand({ ...wanted, ...from }));
  for await (const { Images } of pages(place, 'Images', read)) yield (Images ?? []).map(toImage);
}

/** By name, those that exist. */
export async function imagesByName(place: Ec2, names: readonly string[]): Promise<Map<string, Image>> {
  const found = new Map<string, Image>();
  for (const slice of slices(names, filterValues)) {
    const filter = { Name: 'name', Values: slice.map(literal) };
    for await (const page of ownImages(place, [filter]))
      for (const image of page) found.set(image.name, image);
  }
  return found;
}

const toImage = (image: Ec2Image): Image => ({
  id: required(image.ImageId, 'ImageId'),
  name: required(image.Name, 'Name'),
  state: required(image.State, 'State'),
  createdAt: new Date(required(image.CreationDate, 'CreationDate')),
  isPublic: image.Public ?? false,
  // Otherwise `enabled-with-cooldown` or `enabled-without-cooldown`, or until when it still is.
  isProtected: (image.DeregistrationProtection ?? 'disabled') !== 'disabled',
  sourceInstance: image.SourceInstanceId,
  snapshots: (image.BlockDeviceMappings ?? [])
    .map(({ Ebs }) => Ebs?.SnapshotId)
    .filter((id) => id !== undefined),
  tags: tagsOf(image.Tags),
});

export interface NewImage {
  instanceId: string;
  name: string;
  description: string;
  reboot: boolean;
  /** The devices whose volumes are left out. */
  withoutDevices: readonly string[];
  /** On the image and on its snapshots. */
  tags: Tags;
  snapshotTags: Tags;
}

/** Begins an image, tagged from this call on, and returns its id. `find`: what an earlier attempt made. */
export function createImage(
  place: Ec2,
  image: NewImage,
  find: () => Promise<string | undefined>,
): Promise<string> {
  const request: CreateImageRequest = {
    InstanceId: image.instanceId,
    Name: image.name,
    Description: image.description,
    // Left out, it would be false: EC2 would restart the instance.
    NoReboot: !image.reboot,
    ...(image.withoutDevices.length > 0 && {
      BlockDeviceMappings: image.withoutDevices.map((DeviceName) => ({ DeviceName, NoDevice: '' })),
    }),
    TagSpecifications: [
      { ResourceType: 'image', Tags: tagListOf(image.tags) },
      { ResourceType: 'snapshot', Tags: tagListOf(image.snapshotTags) },
    ],
  };
  const attempt = async () => {
    const { ImageId } = await place.ec2.send(new CreateImageCommand(request));
    return required(ImageId, 'ImageId');
  };
  return persist(attempt, place.patience, { find });
}

/** What became of an image's snapshot when it was deregistered: `success`, `skipped` (another image uses it) or why not. */
export type SnapshotResults = ReadonlyMap<string, string>;

/**
 * Deregisters an image together with its snapshots; answers what became of each. One that is gone already
 * is no error, and nothing is known of its snapshots then.
 */
export async function deregisterImage(
  { ec2, patience }: Ec2,
  id: string,
  confirm: () => Promise<void>,
): Promise<SnapshotResults> {
  const command = new DeregisterImageCommand({ ImageId: id, DeleteAssociatedSnapshots: true });
  try {
    const { DeleteSnapshotResults = [] } = await persist(() => ec2.send(command), patience, { confirm });
    return new Map(
      DeleteSnapshotResults.map(({ SnapshotId, ReturnCode }) => [
        required(SnapshotId, 'SnapshotId'),
        ReturnCode ?? 'unknown',
      ]),
    );
  } catch (error) {
    if (natureOf(error) === 'absent') return new Map();
    throw error;
  }
}

/** Whether other accounts may launch it. */
export async function isImageShared({ ec2, patience }: Ec2, { id, isPublic }: Image): Promise<boolean> {
  if (isPublic) return true;
  const command = new DescribeImageAttributeCommand({ ImageId: id, Attribute: 'launchPermission' });
  return observing('Who may use an image', async () => {
    try {
      const { LaunchPermissions = [] } = await persist(() => ec2.send(command), patience);
      return LaunchPermissions.length > 0;
    } catch (error) {
      if (natureOf(error) === 'absent') return false;
      throw error;
    }
  });
}
