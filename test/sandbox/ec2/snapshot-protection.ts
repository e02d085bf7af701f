/** Locks and the archive, which moto has not. */
import { type Account, accountId } from './account.ts';
import { type Ec2Call, list, type Operation, question, Refusal } from './operation.ts';
import { append, items, ownAnswer, parseAnswer, setText, text } from './xml.ts';

const dayMilliseconds = 24 * 3_600_000;

/** In force; what is over is shown as expired and forbids nothing. */
export const isLocked = (account: Account, id: string): boolean => {
  const lock = account.locks.get(id);
  return lock !== undefined && account.now() < lock.expiresOn;
};

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshot-lock.html: nobody deletes a locked snapshot. */
export function refuseIfLocked(account: Account, id: string): void {
  if (isLocked(account, id)) throw new Refusal('OperationNotPermitted', `The snapshot ${id} is locked`);
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LockSnapshot.html */
const lockSnapshot: Operation = async (call) => {
  const { account, parameters } = call;
  const id = parameters.get('SnapshotId') ?? '';
  await refuseMissing(call, [id]);
  const days = Number(parameters.get('LockDuration') ?? 1);
  const ends = parameters.get('ExpirationDate');
  const createdOn = account.now();
  const expiresOn = ends === null ? new Date(createdOn.getTime() + days * dayMilliseconds) : new Date(ends);
  const mode = parameters.get('LockMode') === 'compliance' ? 'compliance' : 'governance';
  account.locks.set(id, { mode, createdOn, expiresOn });
  return ownAnswer(call.action, (root) => {
    setText(root, 'snapshotId', id);
    setText(root, 'lockState', mode);
  });
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UnlockSnapshot.html */
const unlockSnapshot: Operation = async ({ action, account, parameters }) => {
  const id = parameters.get('SnapshotId') ?? '';
  account.locks.delete(id);
  return ownAnswer(action, (root) => setText(root, 'snapshotId', id));
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLockedSnapshots.html */
const describeLockedSnapshots: Operation = async (call) => {
  const ids = list(call.parameters, 'SnapshotId');
  await refuseMissing(call, ids);
  const { account } = call;
  return ownAnswer(call.action, (root) => {
    const set = append(root, 'snapshotSet');
    for (const [id, { mode, createdOn, expiresOn }] of account.locks) {
      if (ids.length > 0 && !ids.includes(id)) continue;
      const item = append(set, 'item');
      setText(item, 'ownerId', accountId);
      setText(item, 'snapshotId', id);
      setText(item, 'lockState', isLocked(account, id) ? mode : 'expired');
      setText(item, 'lockCreatedOn', createdOn.toISOString());
      setText(item, 'lockExpiresOn', expiresOn.toISOString());
    }
  });
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotTier.html */
const modifySnapshotTier: Operation = async (call) => {
  const id = call.parameters.get('SnapshotId') ?? '';
  await refuseMissing(call, [id]);
  call.account.archivedSnapshots.add(id);
  return ownAnswer(call.action, (root) => setText(root, 'snapshotId', id));
};

async function refuseMissing({ forward }: Ec2Call, ids: readonly string[]): Promise<void> {
  const answer = await forward(question('DescribeSnapshots'));
  const standing = new Set(items(parseAnswer(answer), 'snapshotSet').map((item) => text(item, 'snapshotId')));
  const missing = ids.find((id) => !standing.has(id));
  if (missing !== undefined)
    throw new Refusal('InvalidSnapshot.NotFound', `The snapshot '${missing}' does not exist.`);
}

export const protectionOperations: Readonly<Record<string, Operation>> = {
  LockSnapshot: lockSnapshot,
  UnlockSnapshot: unlockSnapshot,
  DescribeLockedSnapshots: describeLockedSnapshots,
  ModifySnapshotTier: modifySnapshotTier,
};
