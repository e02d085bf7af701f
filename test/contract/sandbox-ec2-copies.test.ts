/** What the local AWS promises of copies of snapshots. */
import { CopySnapshotCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  codeOf,
  createSnapshot,
  createVolume,
  nine,
  snapshotsIn,
  type TwoRegions,
  twoRegions,
} from './two-regions.ts';

let aws: TwoRegions;
let ec2: EC2Client;
let abroad: EC2Client;

beforeAll(async () => {
  aws = await twoRegions();
  ({ ec2, abroad } = aws);
});

beforeEach(() => aws.reset());

afterAll(() => aws?.close());

describe('CopySnapshot', () => {
  const copy = (id: string, rest: object = {}) =>
    abroad.send(new CopySnapshotCommand({ SourceRegion: 'us-east-1', SourceSnapshotId: id, ...rest }));

  test('makes a copy where it is called, of its own time, volume id, tags and key', async () => {
    const original = await createSnapshot(ec2);
    aws.pass(60);
    aws.sandbox.slowCopies({ pendingSeconds: 600 });
    const TagSpecifications = [
      { ResourceType: 'snapshot' as const, Tags: [{ Key: 'tier', Value: 'daily' }] },
    ];
    const { SnapshotId = '' } = await copy(original, {
      Encrypted: true,
      KmsKeyId: 'alias/backups',
      Description: 'a copy',
      TagSpecifications,
    });
    const expected = {
      SnapshotId,
      VolumeId: 'vol-ffffffff',
      VolumeSize: 1,
      Description: 'a copy',
      StartTime: new Date(nine.getTime() + 60_000),
      Encrypted: true,
      KmsKeyId: 'arn:aws:kms:eu-west-1:123456789012:alias/backups',
      Tags: [{ Key: 'tier', Value: 'daily' }],
    };
    expect(await snapshotsIn(abroad)).toMatchObject([{ ...expected, State: 'pending', Progress: '0%' }]);
    expect(await snapshotsIn(ec2)).toMatchObject([
      { SnapshotId: original, State: 'completed', Encrypted: false },
    ]);
    aws.pass(660);
    const ofCopies = { Filters: [{ Name: 'volume-id', Values: ['vol-ffffffff'] }] };
    expect(await snapshotsIn(abroad, ofCopies)).toMatchObject([{ ...expected, State: 'completed' }]);
  });

  test('gives no tags of itself, and no encryption unless asked', async () => {
    const volume = await createVolume(ec2);
    await aws.sandbox.addSystemTags(volume, { Name: 'orders' });
    await copy(await createSnapshot(ec2, volume));
    const [made] = await snapshotsIn(abroad);
    expect(made).toMatchObject({ Encrypted: false });
    expect(made?.Tags ?? []).toEqual([]);
    expect(made?.KmsKeyId).toBeUndefined();
  });

  test('fails later, and says why, when its key may not be used', async () => {
    const original = await createSnapshot(ec2);
    aws.sandbox.failKmsKey('alias/lost');
    aws.sandbox.slowCopies({ pendingSeconds: 60 });
    await copy(original, { Encrypted: true, KmsKeyId: 'alias/lost' });
    const [early] = await snapshotsIn(abroad);
    expect([early?.State, early?.StateMessage]).toEqual(['pending', undefined]);
    aws.pass(60);
    const [late] = await snapshotsIn(abroad);
    expect([late?.State, late?.StateMessage]).toEqual(['error', 'Given key ID is not accessible']);
  });

  test('has 20 under way to a region at most', async () => {
    const original = await createSnapshot(ec2);
    aws.sandbox.slowCopies({ pendingSeconds: 60 });
    for (let count = 0; count < 20; count += 1) await copy(original);
    expect(await codeOf(copy(original))).toBe('ResourceLimitExceeded');
    const home = new CopySnapshotCommand({ SourceRegion: 'us-east-1', SourceSnapshotId: original });
    expect(await codeOf(ec2.send(home))).toBe('no error');
    aws.pass(60);
    expect(await codeOf(copy(original))).toBe('no error');
  });

  test('refuses a key without encryption, and a source that is missing or not completed', async () => {
    const original = await createSnapshot(ec2);
    expect(await codeOf(copy(original, { KmsKeyId: 'alias/backups' }))).toBe('InvalidParameterDependency');
    expect(await codeOf(copy('snap-00000000'))).toBe('InvalidSnapshot.NotFound');
    aws.sandbox.slowSnapshots({ pendingSeconds: 60 });
    expect(await codeOf(copy(await createSnapshot(ec2)))).toBe('IncorrectState');
    expect(await snapshotsIn(abroad)).toEqual([]);
  });
});
