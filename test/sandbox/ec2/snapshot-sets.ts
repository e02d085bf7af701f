/**
 * Sets: the snapshots of one instance's volumes, by one call. Moto knows neither ExcludeDataVolumeIds nor
 * CopyTagsFromSource, so each snapshot is asked of it by itself.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshots.html
 */
import type { Element } from '@xmldom/xmldom';
import type { Answer } from '../message.ts';
import { attachedVolumes } from './attached-volumes.ts';
import { type Ec2Call, list, type Operation, question, Refusal } from './operation.ts';
import { showRecord } from './snapshot-listing.ts';
import { takeTurn } from './snapshot-turns.ts';
import { allowedTags, setTags, tagsOf, tagsSpecified } from './tags.ts';
import { adopt, append, child, items, ownAnswer, parseAnswer, remove, setText, text } from './xml.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceSpecification.html */
const mostExcluded = 40;

export const createSnapshots: Operation = async (call) => {
  const { account, parameters, region } = call;
  if (parameters.get('DryRun') === 'true') return call.forward();
  const instance = parameters.get('InstanceSpecification.InstanceId') ?? '';
  const found = await attachedVolumes(call, instance);
  if ('refusal' in found) return found.refusal;
  const volumes = membersOf(call, found.root, found.volumes);
  const giveBack = takeTurn(account, volumes);
  const made: Element[] = [];
  for (const volume of volumes) {
    const answer = await createMember(call, volume);
    if (answer.status !== 200) {
      giveBack();
      await deleteAll(call, made);
      return answer;
    }
    made.push(parseAnswer(answer));
  }
  const ids = made.map((item) => text(item, 'snapshotId'));
  account.recordSnapshots(ids, region, volumes);
  await call.instances.noteSnapshots(instance, ids);
  return ownAnswer('CreateSnapshots', (root) => {
    const set = append(root, 'snapshotSet');
    for (const snapshot of made) showMember(adopt(set, 'item', snapshot), call);
  });
};

/** What EC2 answers to ids that are not attached is not documented; here they are refused. */
function membersOf({ parameters }: Ec2Call, root: string, attached: readonly string[]): string[] {
  const excluded = list(parameters, 'InstanceSpecification.ExcludeDataVolumeId');
  const refuse = (why: string) => new Refusal('InvalidParameterValue', why);
  if (excluded.length > mostExcluded) throw refuse(`More than ${mostExcluded} volumes are excluded.`);
  if (excluded.includes(root)) throw refuse(`${root} is the root volume: use ExcludeBootVolume.`);
  const foreign = excluded.filter((volume) => !attached.includes(volume));
  if (foreign.length > 0) throw refuse(`Not attached to the instance: ${foreign.join(', ')}.`);
  const withoutBoot = parameters.get('InstanceSpecification.ExcludeBootVolume') === 'true';
  const members = attached.filter(
    (volume) => !excluded.includes(volume) && !(withoutBoot && volume === root),
  );
  if (members.length === 0) throw refuse('The instance has no volumes to be snapshot.');
  return members;
}

async function createMember(call: Ec2Call, volume: string): Promise<Answer> {
  const { parameters } = call;
  const tags = tagsSpecified(parameters, 'snapshot');
  if (parameters.get('CopyTagsFromSource') === 'volume') {
    const found = await call.forward(question('DescribeVolumes', { VolumeId: [volume] }));
    if (found.status !== 200) return found;
    for (const item of items(parseAnswer(found), 'volumeSet')) addTags(tags, item);
  }
  const asked = question('CreateSnapshot');
  asked.set('VolumeId', volume);
  asked.set('Description', parameters.get('Description') ?? '');
  setTags(asked, 'snapshot', allowedTags(tags));
  return call.forward(asked);
}

/** A tag that the request names itself comes before the volume's. */
function addTags(tags: Map<string, string>, volume: Element): void {
  for (const [key, value] of tagsOf(volume)) {
    if (!key.startsWith('aws:') && !tags.has(key)) tags.set(key, value);
  }
}

async function deleteAll(call: Ec2Call, snapshots: readonly Element[]): Promise<void> {
  for (const snapshot of snapshots) {
    const asked = question('DeleteSnapshot');
    asked.set('SnapshotId', text(snapshot, 'snapshotId'));
    await call.forward(asked);
  }
}

/** In this answer alone the state is called so: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SnapshotInfo.html */
function showMember(item: Element, { account }: Ec2Call): void {
  const status = child(item, 'status');
  setText(item, 'state', status?.textContent ?? '');
  if (status !== undefined) remove(status);
  showRecord(item, account, 'state');
}
