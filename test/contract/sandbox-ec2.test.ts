/** What the local AWS promises of snapshots beyond moto: regions, sets, locks, the archive. */
import {
  CreateSnapshotsCommand,
  DeleteSnapshotCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotAttributeCommand,
  DescribeSnapshotsCommand,
  type EC2Client,
  LockSnapshotCommand,
  ModifySnapshotAttributeCommand,
  ModifySnapshotTierCommand,
  UnlockSnapshotCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  codeOf,
  createSnapshot,
  createVolume,
  nine,
  runInstance,
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

const statesIn = async (client: EC2Client) => (await snapshotsIn(client)).map(({ State }) => State);

describe('regions', () => {
  test('have snapshots of their own, each on the one clock, and calls say which was asked', async () => {
    aws.sandbox.slowSnapshots({ pendingSeconds: 60 });
    const here = await createSnapshot(ec2);
    aws.pass(30);
    const there = await createSnapshot(abroad);
    aws.pass(60);
    expect(await snapshotsIn(ec2)).toMatchObject([{ SnapshotId: here, State: 'completed', StartTime: nine }]);
    expect(await snapshotsIn(abroad)).toMatchObject([{ SnapshotId: there, State: 'pending' }]);
    expect(aws.sandbox.calls.map(({ region }) => region)).toEqual([
      'us-east-1',
      'us-east-1',
      'eu-west-1',
      'eu-west-1',
      'us-east-1',
      'eu-west-1',
    ]);
  });

  test('show their snapshots in pages', async () => {
    const volume = await createVolume(abroad);
    const made: string[] = [];
    for (let count = 0; count < 7; count += 1) made.push(await createSnapshot(abroad, volume));
    await createSnapshot(ec2);
    const first = await abroad.send(new DescribeSnapshotsCommand({ MaxResults: 5, OwnerIds: ['self'] }));
    const second = await abroad.send(
      new DescribeSnapshotsCommand({ MaxResults: 5, OwnerIds: ['self'], NextToken: first.NextToken }),
    );
    const seen = [...(first.Snapshots ?? []), ...(second.Snapshots ?? [])];
    expect(seen.map(({ SnapshotId }) => SnapshotId)).toEqual(made.sort());
    expect(second.NextToken).toBeUndefined();
  });

  test('do not know what is in another, and lose what was deleted while pending though another is asked', async () => {
    aws.sandbox.slowSnapshots({ pendingSeconds: 60 });
    const there = await createSnapshot(abroad);
    expect(await codeOf(ec2.send(new DeleteSnapshotCommand({ SnapshotId: there })))).toBe(
      'InvalidSnapshot.NotFound',
    );
    await abroad.send(new DeleteSnapshotCommand({ SnapshotId: there }));
    aws.pass(60);
    expect(await statesIn(ec2)).toEqual([]);
    expect(await statesIn(abroad)).toEqual([]);
  });
});

describe('CreateSnapshots', () => {
  const create = (
    InstanceId: string,
    specification: object = {},
    rest: Partial<ConstructorParameters<typeof CreateSnapshotsCommand>[0]> = {},
  ) =>
    ec2.send(
      new CreateSnapshotsCommand({ InstanceSpecification: { InstanceId, ...specification }, ...rest }),
    );

  test("takes an instance's attached volumes, alike in tags and description", async () => {
    const { instance, root, data } = await runInstance(ec2);
    await createVolume(ec2);
    const TagSpecifications = [
      { ResourceType: 'snapshot' as const, Tags: [{ Key: 'tier', Value: '<daily>' }] },
    ];
    const { Snapshots = [] } = await create(instance, {}, { Description: 'a & b', TagSpecifications });
    expect(new Set(Snapshots.map(({ VolumeId }) => VolumeId))).toEqual(new Set([root, ...data]));
    for (const seen of [Snapshots, await snapshotsIn(ec2)]) {
      expect(seen).toHaveLength(3);
      for (const snapshot of seen) {
        expect(snapshot).toMatchObject({
          Description: 'a & b',
          Tags: [{ Key: 'tier', Value: '<daily>' }],
          State: 'completed',
          StartTime: nine,
          OwnerId: '123456789012',
          SnapshotId: expect.stringMatching(/^snap-/),
          Encrypted: false,
        });
      }
    }
  });

  test('leaves out the boot volume and others on request', async () => {
    const { instance, root, data } = await runInstance(ec2);
    const volumesOf = async (specification: object) =>
      ((await create(instance, specification)).Snapshots ?? []).map(({ VolumeId }) => VolumeId);
    expect(await volumesOf({ ExcludeBootVolume: true })).toEqual(data);
    expect(await volumesOf({ ExcludeDataVolumeIds: [data[0]] })).toEqual([root, data[1]]);
  });

  test("copies the volumes' tags on request, but none of AWS's", async () => {
    const { instance, data } = await runInstance(ec2);
    await aws.sandbox.addSystemTags(data[0], { 'aws:x': 'y', Name: 'orders' });
    const { Snapshots = [] } = await create(
      instance,
      { ExcludeBootVolume: true, ExcludeDataVolumeIds: [data[1]] },
      { CopyTagsFromSource: 'volume' },
    );
    expect(Snapshots).toMatchObject([{ Tags: [{ Key: 'Name', Value: 'orders' }] }]);
  });

  test('refuses the root volume and more than 40 among the excluded, and takes nothing', async () => {
    const { instance, root, data } = await runInstance(ec2);
    const many = Array.from({ length: 41 }, (_, index) => `vol-${index}`);
    for (const ExcludeDataVolumeIds of [[root], many, ['vol-00000000']]) {
      expect(await codeOf(create(instance, { ExcludeDataVolumeIds }))).toBe('InvalidParameterValue');
    }
    const none = create(instance, { ExcludeBootVolume: true, ExcludeDataVolumeIds: data });
    expect(await codeOf(none)).toBe('InvalidParameterValue');
    expect(await codeOf(create('i-00000000'))).toBe('InvalidInstanceID.NotFound');
    expect(await snapshotsIn(ec2)).toEqual([]);
  });

  test('fails whole where one of its volumes fails', async () => {
    const { instance, data } = await runInstance(ec2);
    aws.sandbox.slowSnapshots({ pendingSeconds: 60 });
    aws.sandbox.failSnapshotsOf(data[1], true);
    await create(instance);
    expect(await statesIn(ec2)).toEqual(['pending', 'pending', 'pending']);
    aws.pass(60);
    expect(await statesIn(ec2)).toEqual(['error', 'error', 'error']);
    aws.sandbox.failSnapshotsOf(data[1], false);
    const again = await create(instance);
    aws.pass(120);
    const ids = (again.Snapshots ?? []).map(({ SnapshotId = '' }) => SnapshotId);
    expect((await snapshotsIn(ec2, { SnapshotIds: ids })).map(({ State }) => State)).toEqual(
      ids.map(() => 'completed'),
    );
  });

  test('counts for the rate of each volume', async () => {
    const { instance, data } = await runInstance(ec2);
    aws.sandbox.enforceSnapshotRate(true);
    await createSnapshot(ec2, data[1]);
    expect(await codeOf(create(instance))).toBe('SnapshotCreationPerVolumeRateExceeded');
    expect(await codeOf(create(instance, { ExcludeDataVolumeIds: [data[1]] }))).toBe('no error');
    aws.pass(14);
    expect(await codeOf(createSnapshot(ec2, data[0]))).toBe('SnapshotCreationPerVolumeRateExceeded');
  });
});

describe('locked snapshots', () => {
  const lock = (SnapshotId: string, LockDuration = 1, client: EC2Client = ec2) =>
    client.send(new LockSnapshotCommand({ SnapshotId, LockMode: 'governance', LockDuration }));
  const remove = (SnapshotId: string) => codeOf(ec2.send(new DeleteSnapshotCommand({ SnapshotId })));

  test('are not deleted until they are unlocked or their time is over', async () => {
    const volume = await createVolume(ec2);
    const [one, other] = [await createSnapshot(ec2, volume), await createSnapshot(ec2, volume)];
    for (const id of [one, other]) await lock(id);
    expect([await remove(one), await remove(other)]).toEqual(['SnapshotLocked', 'SnapshotLocked']);
    await ec2.send(new UnlockSnapshotCommand({ SnapshotId: one }));
    expect([await remove(one), await remove(other)]).toEqual(['no error', 'SnapshotLocked']);
    aws.pass(86_400);
    expect(await remove(other)).toBe('no error');
    expect(await codeOf(lock('snap-00000000'))).toBe('InvalidSnapshot.NotFound');
  });

  test('in compliance mode are not unlocked', async () => {
    const SnapshotId = await createSnapshot(ec2);
    await ec2.send(new LockSnapshotCommand({ SnapshotId, LockMode: 'compliance', LockDuration: 1 }));
    expect(await codeOf(ec2.send(new UnlockSnapshotCommand({ SnapshotId })))).toBe('SnapshotLocked');
  });

  test('are listed by region, by id and in pages, with the state of their locks', async () => {
    const volume = await createVolume(ec2);
    const ids: string[] = [];
    for (let count = 0; count < 6; count += 1) ids.push(await createSnapshot(ec2, volume));
    for (const id of ids) await lock(id);
    const abroadId = await createSnapshot(abroad);
    await lock(abroadId, 2, abroad);
    const free = await createSnapshot(ec2, volume);

    const page = await ec2.send(new DescribeLockedSnapshotsCommand({ MaxResults: 5 }));
    const rest = await ec2.send(
      new DescribeLockedSnapshotsCommand({ MaxResults: 5, NextToken: page.NextToken }),
    );
    const seen = [...(page.Snapshots ?? []), ...(rest.Snapshots ?? [])];
    expect(seen.map(({ SnapshotId }) => SnapshotId)).toEqual(ids.toSorted());
    expect([page.Snapshots?.length, rest.NextToken]).toEqual([5, undefined]);
    const tomorrow = new Date(nine.getTime() + 86_400_000);
    expect(seen[0]).toMatchObject({ LockState: 'governance', LockCreatedOn: nine, LockExpiresOn: tomorrow });

    aws.pass(86_400);
    const byId = async (client: EC2Client, SnapshotIds: string[]) =>
      (await client.send(new DescribeLockedSnapshotsCommand({ SnapshotIds }))).Snapshots ?? [];
    expect(await byId(ec2, [ids[0] ?? '', free])).toMatchObject([
      { SnapshotId: ids[0], LockState: 'expired' },
    ]);
    expect(await byId(abroad, [abroadId])).toMatchObject([{ LockState: 'governance' }]);
    expect(await codeOf(byId(ec2, [abroadId]))).toBe('InvalidSnapshot.NotFound');
  });
});

test('archived snapshots say so', async () => {
  const volume = await createVolume(ec2);
  const [archived, other] = [await createSnapshot(ec2, volume), await createSnapshot(ec2, volume)];
  await ec2.send(new ModifySnapshotTierCommand({ SnapshotId: archived, StorageTier: 'archive' }));
  const tiers = (await snapshotsIn(ec2)).map(({ SnapshotId, StorageTier }) => [SnapshotId, StorageTier]);
  expect(new Map(tiers as [string, string][])).toEqual(
    new Map([
      [archived, 'archive'],
      [other, 'standard'],
    ]),
  );
  const filter = { Filters: [{ Name: 'storage-tier', Values: ['archive'] }] };
  expect(await snapshotsIn(ec2, filter)).toMatchObject([{ SnapshotId: archived }]);
});

test('shared snapshots say with whom', async () => {
  const SnapshotId = await createSnapshot(ec2);
  const attribute = { SnapshotId, Attribute: 'createVolumePermission' as const };
  const permissions = async () =>
    (await ec2.send(new DescribeSnapshotAttributeCommand(attribute))).CreateVolumePermissions ?? [];
  expect(await permissions()).toEqual([]);
  const share = { ...attribute, OperationType: 'add' as const, UserIds: ['111122223333'] };
  await ec2.send(new ModifySnapshotAttributeCommand(share));
  expect(await permissions()).toEqual([{ UserId: '111122223333' }]);
});
