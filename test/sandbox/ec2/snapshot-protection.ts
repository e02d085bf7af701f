/** Locks and the archive, which moto has not. */
import type { Element } from '@xmldom/xmldom';
import { type Account, accountId, type SnapshotLock } from './account.ts';
import { type Ec2Call, list, type Operation, question, Refusal } from './operation.ts';
import { cutPage, pageRequest } from './paging.ts';
import { append, items, ownAnswer, parseAnswer, setText, text } from './xml.ts';

const dayMilliseconds = 24 * 3_600_000;

/** In force; what is over is shown as expired and forbids nothing. */
export const isLocked = (account: Account, id: string): boolean => {
  const lock = account.locks.get(id);
  return lock !== undefined && account.now() < lock.expiresOn;
};

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-snapshot-lock.html: nobody deletes a locked snapshot. */
export function refuseIfLocked(account: Account, id: string): void {
  if (isLocked(account, id)) throw new Refusal('SnapshotLocked', `The snapshot ${id} is locked`);
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

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UnlockSnapshot.html: nothing ends a lock in compliance mode. */
const unlockSnapshot: Operation = async ({ action, account, parameters }) => {
  const id = parameters.get('SnapshotId') ?? '';
  if (account.locks.get(id)?.mode === 'compliance') refuseIfLocked(account, id);
  account.locks.delete(id);
  return ownAnswer(action, (root) => setText(root, 'snapshotId', id));
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLockedSnapshots.html */
const describeLockedSnapshots: Operation = async (call) => {
  const { action, account, parameters } = call;
  const ids = list(parameters, 'SnapshotId');
  const standing = await refuseMissing(call, ids);
  const locked = [...account.locks].filter(
    ([id]) => standing.has(id) && (ids.length === 0 || ids.includes(id)),
  );
  const request = pageRequest(parameters);
  const { page, nextToken } = request
    ? cutPage(locked, ([id]) => id, request)
    : { page: locked, nextToken: undefined };
  return ownAnswer(action, (root) => {
    const set = append(root, 'snapshotSet');
    for (const [id, lock] of page) showLock(append(set, 'item'), id, lock, account);
    if (nextToken !== undefined) setText(root, 'nextToken', nextToken);
  });
};

function showLock(
  item: Element,
  id: string,
  { mode, createdOn, expiresOn }: SnapshotLock,
  account: Account,
): void {
  setText(item, 'ownerId', accountId);
  setText(item, 'snapshotId', id);
  setText(item, 'lockState', isLocked(account, id) ? mode : 'expired');
  setText(item, 'lockCreatedOn', createdOn.toISOString());
  setText(item, 'lockExpiresOn', expiresOn.toISOString());
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotTier.html */
const modifySnapshotTier: Operation = async (call) => {
  const id = call.parameters.get('SnapshotId') ?? '';
  await refuseMissing(call, [id]);
  call.account.archivedSnapshots.add(id);
  return ownAnswer(call.action, (root) => setText(root, 'snapshotId', id));
};

/** Answers what stands in the region. */
async function refuseMissing({ forward }: Ec2Call, ids: readonly string[]): Promise<Set<string>> {
  const answer = await forward(question('DescribeSnapshots'));
  const standing = new Set(items(parseAnswer(answer), 'snapshotSet').map((item) => text(item, 'snapshotId')));
  const missing = ids.find((id) => !standing.has(id));
  if (missing !== undefined)
    throw new Refusal('InvalidSnapshot.NotFound', `The snapshot '${missing}' does not exist.`);
  return standing;
}

export const protectionOperations: Readonly<Record<string, Operation>> = {
  LockSnapshot: lockSnapshot,
  UnlockSnapshot: unlockSnapshot,
  DescribeLockedSnapshots: describeLockedSnapshots,
  ModifySnapshotTier: modifySnapshotTier,
};
