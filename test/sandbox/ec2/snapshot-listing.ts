/** Snapshots as DescribeSnapshots shows them. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html */
import type { Element } from '@xmldom/xmldom';
import { type Account, accountId } from './account.ts';
import type { Listing } from './describe.ts';
import { list } from './operation.ts';
import { setText, text } from './xml.ts';

export const snapshotListing: Listing = {
  set: 'snapshotSet',
  id: 'snapshotId',
  ids: 'SnapshotId',
  change: (item, { account }) => {
    const isArchived = account.archivedSnapshots.has(text(item, 'snapshotId'));
    setText(item, 'storageTier', isArchived ? 'archive' : 'standard');
    showRecord(item, account, 'status');
  },
  shows: (item, { account, parameters }) => {
    const owners = list(parameters, 'Owner').map((owner) => (owner === 'self' ? accountId : owner));
    if (owners.length > 0 && !owners.includes(text(item, 'ownerId'))) return false;
    // Moto makes one of its own for every image, whatever the image is made of.
    return account.snapshots.has(text(item, 'snapshotId'));
  },
  filters: {
    status: (item) => [text(item, 'status')],
    progress: (item) => [text(item, 'progress')],
    'start-time': (item) => [text(item, 'startTime')],
    'volume-id': (item) => [text(item, 'volumeId')],
    'storage-tier': (item) => [text(item, 'storageTier')],
    encrypted: (item) => [text(item, 'encrypted')],
  },
};

/** "Snapshot copies have an arbitrary source volume ID": https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html */
const volumeOfCopies = 'vol-ffffffff';

export function showRecord(item: Element, account: Account, stateName: 'status' | 'state'): void {
  const id = text(item, 'snapshotId');
  const record = account.snapshots.get(id);
  const state = account.snapshotState(id);
  if (record === undefined || state === undefined) return;
  setText(item, stateName, state);
  setText(item, 'progress', state === 'completed' ? '100%' : '0%');
  setText(item, 'startTime', record.startTime.toISOString());
  if (record.copy === undefined) return;
  const { encrypted, kmsKeyId, failure } = record.copy;
  setText(item, 'volumeId', volumeOfCopies);
  setText(item, 'encrypted', String(encrypted));
  if (kmsKeyId !== undefined) setText(item, 'kmsKeyId', kmsKeyId);
  if (state === 'error' && failure !== undefined) setText(item, 'statusMessage', failure);
}
