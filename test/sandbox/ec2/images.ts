/** Images: what they are made of, and disabled ones. */
import type { Element } from '@xmldom/xmldom';
import type { Answer } from '../message.ts';
import type { ImageMapping } from './account.ts';
import { describe, type Listing } from './describe.ts';
import { copyImage } from './image-copies.ts';
import { createImage, deregisterImage } from './image-making.ts';
import { type Ec2Call, list, type Operation, question } from './operation.ts';
import { append, child, items, parseAnswer, remove, setText, text } from './xml.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RegisterImage.html; moto ignores the mappings. */
const registerImage: Operation = async (call) => {
  const mappings = requestedMappings(call.parameters);
  if (mappings.length > 0) {
    const ids = mappings.map(({ snapshotId }) => snapshotId);
    const found = await call.forward(question('DescribeSnapshots', { SnapshotId: ids }));
    if (found.status !== 200) return found;
  }
  const answer = await call.forward();
  if (answer.status !== 200) return answer;
  const id = text(parseAnswer(answer), 'imageId');
  call.account.createdAt.set(id, call.account.now());
  if (mappings.length === 0) return answer;
  call.account.imageMappings.set(id, mappings);
  return answer;
};

function requestedMappings(parameters: URLSearchParams): ImageMapping[] {
  return [...parameters].flatMap(([key, snapshotId]) => {
    const prefix = /^(BlockDeviceMapping\.\d+)\.Ebs\.SnapshotId$/.exec(key)?.[1];
    return prefix === undefined
      ? []
      : [{ deviceName: parameters.get(`${prefix}.DeviceName`) ?? '', snapshotId }];
  });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html; moto has no IncludeDisabled. */
const images: Listing = {
  set: 'imagesSet',
  id: 'imageId',
  change: (item, { account }) => {
    const id = text(item, 'imageId');
    const created = account.createdAt.get(id);
    if (created !== undefined) setText(item, 'creationDate', created.toISOString());
    const mappings = account.imageMappings.get(id) ?? [];
    if (mappings.length > 0) showMappings(item, mappings);
    // An image is what its snapshots are.
    const states = new Set(mappings.map(({ snapshotId }) => account.snapshotState(snapshotId)));
    if (states.has('pending')) setText(item, 'imageState', 'pending');
    if (states.has('error')) setText(item, 'imageState', 'failed');
    if (account.disabledImages.has(id)) setText(item, 'imageState', 'disabled');
  },
  shows: (item, { account, parameters }) =>
    parameters.get('IncludeDisabled') === 'true' || !account.disabledImages.has(text(item, 'imageId')),
  filters: {
    state: (item) => [text(item, 'imageState')],
    'creation-date': (item) => [text(item, 'creationDate')],
    'block-device-mapping.snapshot-id': snapshotsOf,
  },
};

function snapshotsOf(image: Element): string[] {
  return items(image, 'blockDeviceMapping').flatMap((mapping) => {
    const ebs = child(mapping, 'ebs');
    return ebs === undefined ? [] : [text(ebs, 'snapshotId')];
  });
}

function showMappings(image: Element, mappings: readonly ImageMapping[]): void {
  const old = child(image, 'blockDeviceMapping');
  if (old !== undefined) remove(old);
  const set = append(image, 'blockDeviceMapping');
  for (const { deviceName, snapshotId } of mappings) {
    const item = append(set, 'item');
    setText(item, 'deviceName', deviceName);
    setText(append(item, 'ebs'), 'snapshotId', snapshotId);
  }
}

/**
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisableImage.html and API_EnableImage.html;
 * moto has neither.
 */
const disableImage: Operation = (call) => switchImage(call, (id) => call.account.disabledImages.add(id));
const enableImage: Operation = (call) => switchImage(call, (id) => call.account.disabledImages.delete(id));

async function switchImage(call: Ec2Call, change: (id: string) => void): Promise<Answer> {
  const id = call.parameters.get('ImageId') ?? '';
  const found = await call.forward(question('DescribeImages', { ImageId: [id] }));
  if (found.status !== 200) return found;
  change(id);
  const body = `<${call.action}Response><return>true</return></${call.action}Response>`;
  return { ...found, body: Buffer.from(body) };
}

/** Of several ids moto overlooks those that never were, where EC2 refuses the call. */
const describeImages: Operation = async (call) => {
  const ids = list(call.parameters, 'ImageId');
  for (const id of ids.length > 1 ? ids : []) {
    const found = await call.forward(question('DescribeImages', { ImageId: [id] }));
    if (found.status !== 200) return found;
  }
  return describe(call, images);
};

/** Moto stumbles over an image that is not there, where EC2 refuses the call. */
const describeImageAttribute: Operation = async (call) => {
  const found = await call.forward(
    question('DescribeImages', { ImageId: [call.parameters.get('ImageId') ?? ''] }),
  );
  return found.status === 200 ? call.forward() : found;
};

export const imageOperations: Readonly<Record<string, Operation>> = {
  RegisterImage: registerImage,
  CreateImage: createImage,
  CopyImage: copyImage,
  DeregisterImage: deregisterImage,
  DescribeImages: describeImages,
  DescribeImageAttribute: describeImageAttribute,
  DisableImage: disableImage,
  EnableImage: enableImage,
};
