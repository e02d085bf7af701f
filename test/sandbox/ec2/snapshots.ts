/** Snapshots: the account's clock, slow states, refusals. */
import type { Element } from '@xmldom/xmldom';
import type { Answer } from '../message.ts';
import type { Account } from './account.ts';
import { describe, type Listing } from './describe.ts';
import { type Ec2Call, list, type Operation, question, Refusal } from './operation.ts';
import { items, parseAnswer, setText, text, withBody } from './xml.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html: SnapshotCreationPerVolumeRateExceeded */
const secondsBetweenSnapshots = 15;

/** Moto's only account. */
const accountId = '123456789012';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshot.html */
const createSnapshot: Operation = async (call) => {
  const { account, parameters } = call;
  if (parameters.get('DryRun') === 'true') return call.forward();
  const volumeId = parameters.get('VolumeId') ?? '';
  refuseByVolumeState(account, volumeId);
  const before = account.lastSnapshot.get(volumeId);
  refuseByRate(account, before);
  account.lastSnapshot.set(volumeId, account.now()); // at once, since another call may be under way
  const answer = await call.forward();
  if (answer.status !== 200) {
    if (before === undefined) account.lastSnapshot.delete(volumeId);
    else account.lastSnapshot.set(volumeId, before);
    return answer;
  }
  const root = parseAnswer(answer);
  account.recordSnapshot(text(root, 'snapshotId'), call.region);
  showRecord(root, account, 'status');
  return withBody(answer, root);
};

/** The codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, IncorrectState */
function refuseByVolumeState(account: Account, volumeId: string): void {
  const state = account.volumeStates.get(volumeId);
  if (state === undefined) return;
  throw new Refusal(
    'IncorrectState',
    `Snapshot cannot be created while volume '${volumeId}' is in the '${state}' state.`,
  );
}

function refuseByRate(account: Account, before: Date | undefined): void {
  if (!account.enforcesSnapshotRate || before === undefined) return;
  if (account.now().getTime() - before.getTime() >= secondsBetweenSnapshots * 1000) return;
  throw new Refusal(
    'SnapshotCreationPerVolumeRateExceeded',
    'The maximum per volume CreateSnapshot request rate has been exceeded. Use an increasing or variable sleep interval between requests.',
  );
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshots.html */
const createSnapshots: Operation = async (call) => {
  const answer = await call.forward();
  if (answer.status !== 200) return answer;
  const root = parseAnswer(answer);
  for (const item of items(root, 'snapshotSet')) {
    call.account.recordSnapshot(text(item, 'snapshotId'), call.region);
    call.account.lastSnapshot.set(text(item, 'volumeId'), call.account.now());
    showRecord(item, call.account, 'state'); // named so in this answer alone
  }
  return withBody(answer, root);
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html */
const copySnapshot: Operation = async (call) => {
  const answer = await call.forward();
  if (answer.status === 200)
    call.account.recordSnapshot(text(parseAnswer(answer), 'snapshotId'), call.region);
  return answer;
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html */
const describeSnapshots: Operation = async (call) => {
  await deleteWhatWasDoomed(call);
  return describe(call, snapshots);
};

const snapshots: Listing = {
  set: 'snapshotSet',
  id: 'snapshotId',
  ids: 'SnapshotId',
  change: (item, { account }) => showRecord(item, account, 'status'),
  shows: (item, { account, parameters }) => {
    const owners = list(parameters, 'Owner').map((owner) => (owner === 'self' ? accountId : owner));
    if (owners.length > 0 && !owners.includes(text(item, 'ownerId'))) return false;
    return !account.hiddenSnapshots.has(text(item, 'snapshotId'));
  },
  filters: {
    status: (item) => [text(item, 'status')],
    progress: (item) => [text(item, 'progress')],
    'start-time': (item) => [text(item, 'startTime')],
  },
};

function showRecord(item: Element, account: Account, stateName: 'status' | 'state'): void {
  const id = text(item, 'snapshotId');
  const record = account.snapshots.get(id);
  const state = account.snapshotState(id);
  if (record === undefined || state === undefined) return;
  setText(item, stateName, state);
  setText(item, 'progress', state === 'completed' ? '100%' : '0%');
  setText(item, 'startTime', record.startTime.toISOString());
}

/**
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSnapshot.html, and for pending ones
 * https://docs.aws.amazon.com/ebs/latest/userguide/ebs-deleting-snapshot.html: "the snapshot must
 * complete before the deletion takes effect".
 */
const deleteSnapshot: Operation = async (call) => {
  const { account, parameters } = call;
  if (parameters.get('DryRun') === 'true') return call.forward();
  await deleteWhatWasDoomed(call);
  const id = parameters.get('SnapshotId') ?? '';
  const image = account.imageUsing(id);
  if (image !== undefined) {
    throw new Refusal('InvalidSnapshot.InUse', `The snapshot ${id} is currently in use by ${image}`);
  }
  if (account.snapshotState(id) === 'pending') return doom(call, id);
  const answer = await call.forward();
  if (answer.status === 200) account.snapshots.delete(id);
  return answer;
};

/** Answers as a deletion does: a DryRun-less look that the snapshot is still there, then the same words. */
async function doom(call: Ec2Call, id: string): Promise<Answer> {
  const found = await call.forward(question('DescribeSnapshots', { SnapshotId: [id] }));
  if (found.status !== 200) return found;
  call.account.doomedSnapshots.add(id);
  const body = '<DeleteSnapshotResponse><return>true</return></DeleteSnapshotResponse>';
  return { status: 200, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body: Buffer.from(body) };
}

async function deleteWhatWasDoomed({ account, forward }: Ec2Call): Promise<void> {
  for (const id of account.doomedSnapshots) {
    if (account.snapshotState(id) === 'pending') continue;
    const region = account.snapshots.get(id)?.region;
    account.doomedSnapshots.delete(id);
    const parameters = question('DeleteSnapshot');
    parameters.set('SnapshotId', id);
    await forward(parameters, region);
    account.snapshots.delete(id);
  }
}

export const snapshotOperations: Readonly<Record<string, Operation>> = {
  CreateSnapshot: createSnapshot,
  CreateSnapshots: createSnapshots,
  CopySnapshot: copySnapshot,
  DescribeSnapshots: describeSnapshots,
  DeleteSnapshot: deleteSnapshot,
};
