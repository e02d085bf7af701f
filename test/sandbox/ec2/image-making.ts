/**
 * Images made of instances, and their end. Moto takes no mappings, no tags for snapshots, and deletes no
 * snapshots with an image, so each snapshot is asked of it by itself.
 */
import type { Answer } from '../message.ts';
import type { ImageMapping } from './account.ts';
import { attachedVolumes } from './attached-volumes.ts';
import { type Ec2Call, type Operation, question, Refusal } from './operation.ts';
import { isLocked } from './snapshot-protection.ts';
import { setTags, tagsSpecified } from './tags.ts';
import { append, items, parseAnswer, setText, text, withBody } from './xml.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html */
export const createImage: Operation = async (call) => {
  const { account, parameters, region } = call;
  if (parameters.get('DryRun') === 'true') return call.forward();
  const instance = parameters.get('InstanceId') ?? '';
  const found = await attachedVolumes(call, instance);
  if ('refusal' in found) return found.refusal;
  // Terminated: what EC2 answers then is not documented; here it is refused.
  if (found.volumes.length === 0) {
    throw new Refusal(
      'IncorrectInstanceState',
      `The instance ${instance} has no volumes to make an image of.`,
    );
  }
  await refuseName(call);
  const answer = await call.forward(imageAlone(parameters));
  if (answer.status !== 200) return answer;
  const image = text(parseAnswer(answer), 'imageId');
  account.createdAt.set(image, account.now());
  const left = devicesLeftOut(parameters);
  const mappings: ImageMapping[] = [];
  const volumes = found.volumes.filter((volume) => !left.has(found.devices.get(volume) ?? ''));
  for (const volume of volumes) {
    const snapshotId = await snapshotFor(call, { volume, instance, image });
    mappings.push({ deviceName: found.devices.get(volume) ?? '', snapshotId });
  }
  account.recordSnapshots(
    mappings.map(({ snapshotId }) => snapshotId),
    region,
    volumes,
  );
  account.imageMappings.set(image, mappings);
  // "By default, when Amazon EC2 creates the new AMI, it reboots the instance."
  if (parameters.get('NoReboot') !== 'true') await call.instances.restart(instance);
  return answer;
};

/** EC2 takes a name once an account and region. */
export async function refuseName(call: Ec2Call): Promise<void> {
  const name = call.parameters.get('Name') ?? '';
  if (!/^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/.test(name)) {
    throw new Refusal(
      'InvalidAMIName.Malformed',
      `AMI names must be 3 to 128 of certain characters: ${name}`,
    );
  }
  const asked = question('DescribeImages', { Owner: ['self'] });
  asked.set('Filter.1.Name', 'name');
  asked.set('Filter.1.Value.1', name);
  const [other] = items(parseAnswer(await call.forward(asked)), 'imagesSet');
  if (other === undefined) return;
  const id = text(other, 'imageId');
  throw new Refusal('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${id}`);
}

/** The request as moto understands it. */
function imageAlone(parameters: URLSearchParams): URLSearchParams {
  const asked = question('CreateImage');
  for (const name of ['InstanceId', 'Name', 'Description', 'NoReboot']) {
    const value = parameters.get(name);
    if (value !== null) asked.set(name, value);
  }
  setTags(asked, 'image', tagsSpecified(parameters, 'image'));
  return asked;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_BlockDeviceMapping.html: NoDevice. */
function devicesLeftOut(parameters: URLSearchParams): Set<string> {
  const keys = [...parameters.keys()].map((key) => /^(BlockDeviceMapping\.\d+)\.NoDevice$/.exec(key)?.[1]);
  return new Set(
    keys.filter((key) => key !== undefined).map((key) => parameters.get(`${key}.DeviceName`) ?? ''),
  );
}

async function snapshotFor(
  call: Ec2Call,
  { volume, instance, image }: { volume: string; instance: string; image: string },
): Promise<string> {
  const asked = question('CreateSnapshot');
  asked.set('VolumeId', volume);
  asked.set('Description', `Created by CreateImage(${instance}) for ${image}`);
  setTags(asked, 'snapshot', tagsSpecified(call.parameters, 'snapshot'));
  const answer = await call.forward(asked);
  if (answer.status !== 200)
    throw new Error(`moto makes no snapshot for ${image}: ${answer.body.toString()}`);
  return text(parseAnswer(answer), 'snapshotId');
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeregisterImage.html */
export const deregisterImage: Operation = async (call) => {
  const { account, parameters } = call;
  const id = parameters.get('ImageId') ?? '';
  const mappings = account.imageMappings.get(id) ?? [];
  const answer = await call.forward();
  if (answer.status !== 200 || parameters.get('DryRun') === 'true') return answer;
  account.imageMappings.delete(id);
  account.disabledImages.delete(id);
  if (parameters.get('DeleteAssociatedSnapshots') !== 'true') return answer;
  const results: [string, string][] = [];
  for (const { snapshotId } of mappings) results.push([snapshotId, await deleteWith(call, snapshotId)]);
  return withResults(answer, results);
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSnapshotReturnCode.html */
async function deleteWith(call: Ec2Call, snapshotId: string): Promise<string> {
  const { account } = call;
  if (account.imageUsing(snapshotId) !== undefined) return 'skipped';
  if (isLocked(account, snapshotId)) return 'client-error';
  const told = account.deregisterResults.get(snapshotId);
  if (told !== undefined) return told;
  const asked = question('DeleteSnapshot');
  asked.set('SnapshotId', snapshotId);
  const answer = await call.forward(asked);
  if (answer.status !== 200) return 'client-error';
  account.forgetSnapshot(snapshotId);
  return 'success';
}

function withResults(answer: Answer, results: readonly [string, string][]): Answer {
  const root = parseAnswer(answer);
  const set = append(root, 'deleteSnapshotResultSet');
  for (const [snapshotId, returnCode] of results) {
    const item = append(set, 'item');
    setText(item, 'snapshotId', snapshotId);
    setText(item, 'returnCode', returnCode);
  }
  return withBody(answer, root);
}
