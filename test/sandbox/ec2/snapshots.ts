/** Snapshots: the account's clock, slow states, refusals. */
import type { Answer } from '../message.ts';
import { describe } from './describe.ts';
import { type Ec2Call, type Operation, question, Refusal } from './operation.ts';
import { copySnapshot } from './snapshot-copies.ts';
import { showRecord, snapshotListing } from './snapshot-listing.ts';
import { refuseIfLocked } from './snapshot-protection.ts';
import { createSnapshots } from './snapshot-sets.ts';
import { takeTurn } from './snapshot-turns.ts';
import { ownAnswer, parseAnswer, setText, text, withBody } from './xml.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshot.html */
const createSnapshot: Operation = async (call) => {
  const { account, parameters, region } = call;
  if (parameters.get('DryRun') === 'true') return call.forward();
  const volumes = [parameters.get('VolumeId') ?? ''];
  const giveBack = takeTurn(account, volumes);
  const answer = await call.forward();
  if (answer.status !== 200) {
    giveBack();
    return answer;
  }
  const root = parseAnswer(answer);
  account.recordSnapshots([text(root, 'snapshotId')], region, volumes);
  showRecord(root, account, 'status');
  return withBody(answer, root);
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html */
const describeSnapshots: Operation = async (call) => {
  await deleteWhatWasDoomed(call);
  return describe(call, snapshotListing);
};

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
  refuseIfLocked(account, id);
  const image = account.imageUsing(id);
  if (image !== undefined) {
    throw new Refusal('InvalidSnapshot.InUse', `The snapshot ${id} is currently in use by ${image}`);
  }
  if (account.snapshotState(id) === 'pending') return doom(call, id);
  const answer = await call.forward();
  if (answer.status === 200) account.forgetSnapshot(id);
  return answer;
};

/** Answers as a deletion does: a DryRun-less look that the snapshot is still there, then the same words. */
async function doom(call: Ec2Call, id: string): Promise<Answer> {
  const found = await call.forward(question('DescribeSnapshots', { SnapshotId: [id] }));
  if (found.status !== 200) return found;
  call.account.doomedSnapshots.add(id);
  return ownAnswer('DeleteSnapshot', (root) => setText(root, 'return', 'true'));
}

async function deleteWhatWasDoomed({ account, forward }: Ec2Call): Promise<void> {
  for (const id of account.doomedSnapshots) {
    if (account.snapshotState(id) === 'pending') continue;
    const region = account.snapshots.get(id)?.region;
    account.doomedSnapshots.delete(id);
    const parameters = question('DeleteSnapshot');
    parameters.set('SnapshotId', id);
    await forward(parameters, region);
    account.forgetSnapshot(id);
  }
}

export const snapshotOperations: Readonly<Record<string, Operation>> = {
  CreateSnapshot: createSnapshot,
  CreateSnapshots: createSnapshots,
  CopySnapshot: copySnapshot,
  DescribeSnapshots: describeSnapshots,
  DeleteSnapshot: deleteSnapshot,
};
