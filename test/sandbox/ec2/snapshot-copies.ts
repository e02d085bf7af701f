/** Copies, which are called for where they go. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html */
import { accountId } from './account.ts';
import { type Ec2Call, type Operation, question, Refusal } from './operation.ts';
import { items, parseAnswer, text } from './xml.ts';

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html: "20 concurrent snapshot copy requests to a single destination Region" */
const mostUnderWay = 20;

export const copySnapshot: Operation = async (call) => {
  const { parameters } = call;
  if (parameters.get('DryRun') === 'true') return call.forward();
  refuseByKey(parameters);
  const source = parameters.get('SourceSnapshotId') ?? '';
  const sourceRegion = parameters.get('SourceRegion') ?? '';
  const found = await call.forward(question('DescribeSnapshots', { SnapshotId: [source] }), sourceRegion);
  if (found.status !== 200) return found;
  refuseBySource(call, source);
  refuseByNumber(call);
  const answer = await call.forward();
  if (answer.status === 200) {
    const isEncrypted = items(parseAnswer(found), 'snapshotSet').some((item) => isEncryptedIn(call, item));
    recordCopy(call, text(parseAnswer(answer), 'snapshotId'), isEncrypted);
  }
  return answer;
};

function recordCopy({ account, parameters, region }: Ec2Call, id: string, isSourceEncrypted: boolean): void {
  const key = parameters.get('KmsKeyId');
  const encrypted = isSourceEncrypted || parameters.get('Encrypted') === 'true';
  account.recordCopy(id, region, {
    encrypted,
    kmsKeyId: encrypted ? keyArn(region, key ?? 'alias/aws/ebs') : undefined,
    failure: key !== null && account.failingKeys.has(key) ? keyFailure : undefined,
  });
}

function refuseByKey(parameters: URLSearchParams): void {
  if (!parameters.has('KmsKeyId') || parameters.get('Encrypted') === 'true') return;
  throw new Refusal(
    'InvalidParameterDependency',
    'The parameter KmsKeyId requires the parameter Encrypted to be set.',
  );
}

function refuseByNumber({ account, region }: Ec2Call): void {
  if (account.copiesUnderWay(region) < mostUnderWay) return;
  throw new Refusal(
    'ResourceLimitExceeded',
    `Too many snapshot copies in progress. The limit is ${mostUnderWay} for this destination region.`,
  );
}

/** What StateMessage says is documented by example only. */
const keyFailure = 'Given key ID is not accessible';

/** "The source snapshot must be in the completed state": the document above; its code is IncorrectState's description. */
function refuseBySource({ account }: Ec2Call, source: string): void {
  const state = account.snapshotState(source) ?? 'completed';
  if (state === 'completed') return;
  throw new Refusal('IncorrectState', `Snapshot ${source} is in invalid state - ${state}`);
}

function isEncryptedIn({ account }: Ec2Call, original: Parameters<typeof text>[0]): boolean {
  const copy = account.snapshots.get(text(original, 'snapshotId'))?.copy;
  return copy?.encrypted ?? text(original, 'encrypted') === 'true';
}

/** An id, an alias or an ARN: snapshots always show ARNs. */
function keyArn(region: string, key: string): string {
  if (key.startsWith('arn:')) return key;
  return `arn:aws:kms:${region}:${accountId}:${key.startsWith('alias/') ? key : `key/${key}`}`;
}
