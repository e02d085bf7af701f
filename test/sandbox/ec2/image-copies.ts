/** Copies of images, which are called for where they go; moto copies neither tags nor snapshots. */
import type { ImageMapping } from './account.ts';
import { refuseName } from './image-making.ts';
import { type Ec2Call, type Operation, question, Refusal } from './operation.ts';
import { setTags, tagsSpecified } from './tags.ts';
import { parseAnswer, text } from './xml.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyImage.html */
export const copyImage: Operation = async (call) => {
  const { account, parameters } = call;
  if (parameters.get('DryRun') === 'true') return call.forward();
  const source = parameters.get('SourceImageId') ?? '';
  const originals = account.imageMappings.get(source) ?? [];
  refusePending(call, source, originals);
  await refuseName(call);
  const answer = await call.forward();
  if (answer.status !== 200) return answer;
  const image = text(parseAnswer(answer), 'imageId');
  account.createdAt.set(image, account.now());
  await tagImage(call, image);
  if (originals.length === 0) return answer;
  const mappings: ImageMapping[] = [];
  for (const { deviceName, snapshotId } of originals) {
    mappings.push({ deviceName, snapshotId: await copyOf(call, snapshotId, `${source} for ${image}`) });
  }
  account.imageMappings.set(image, mappings);
  return answer;
};

function refusePending({ account }: Ec2Call, source: string, originals: readonly ImageMapping[]): void {
  const states = originals.map(({ snapshotId }) => account.snapshotState(snapshotId) ?? 'completed');
  if (states.every((state) => state === 'completed')) return;
  throw new Refusal('InvalidAMIID.Unavailable', `The image ${source} is not available.`);
}

async function tagImage(call: Ec2Call, image: string): Promise<void> {
  const tags = [...tagsSpecified(call.parameters, 'image')];
  if (tags.length === 0) return;
  const asked = question('CreateTags', { ResourceId: [image] });
  tags.forEach(([key, value], index) => {
    asked.set(`Tag.${index + 1}.Key`, key);
    asked.set(`Tag.${index + 1}.Value`, value);
  });
  await call.forward(asked);
}

async function copyOf(call: Ec2Call, snapshotId: string, what: string): Promise<string> {
  const { account, parameters, region } = call;
  const asked = question('CopySnapshot');
  asked.set('SourceRegion', parameters.get('SourceRegion') ?? '');
  asked.set('SourceSnapshotId', snapshotId);
  asked.set('Description', `Copied for DestinationAmi of ${what}`);
  setTags(asked, 'snapshot', tagsSpecified(parameters, 'snapshot'));
  const made = await call.forward(asked);
  if (made.status !== 200) throw new Error(`moto copies no ${snapshotId}: ${made.body.toString()}`);
  const id = text(parseAnswer(made), 'snapshotId');
  const encrypted = parameters.get('Encrypted') === 'true';
  account.recordCopy(id, region, { encrypted, kmsKeyId: undefined, failure: undefined });
  return id;
}
