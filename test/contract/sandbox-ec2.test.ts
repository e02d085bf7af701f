/** What the local AWS promises of EC2 beyond moto: regions, sets, copies, images, locks. */
import {
  AttachVolumeCommand,
  CopySnapshotCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DescribeLockedSnapshotsCommand,
  DescribeSnapshotAttributeCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  LockSnapshotCommand,
  ModifySnapshotAttributeCommand,
  ModifySnapshotTierCommand,
  RunInstancesCommand,
  UnlockSnapshotCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';

let sandbox: Sandbox;
let ec2: EC2Client;
let abroad: EC2Client;

const clientIn = (region: string) =>
  new EC2Client({
    endpoint: sandbox.url,
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });

beforeAll(async () => {
  sandbox = await startSandbox();
  ec2 = clientIn('us-east-1');
  abroad = clientIn('eu-west-1');
});

beforeEach(async () => {
  await sandbox.reset();
  sandbox.setTime(nine);
});

afterAll(async () => {
  ec2?.destroy();
  abroad?.destroy();
  await sandbox?.close();
});

const nine = new Date('2026-03-01T09:00:00.000Z');
const pass = (seconds: number) => sandbox.setTime(new Date(nine.getTime() + seconds * 1000));

async function createVolume(client = ec2): Promise<string> {
  const { region } = client.config;
  const zone = { AvailabilityZone: `${await region()}a`, Size: 1 };
  const { VolumeId = '' } = await client.send(new CreateVolumeCommand(zone));
  return VolumeId;
}

async function createSnapshot(volume: string, client = ec2): Promise<string> {
  const { SnapshotId = '' } = await client.send(new CreateSnapshotCommand({ VolumeId: volume }));
  return SnapshotId;
}

const snapshotsIn = async (
  client = ec2,
  input: ConstructorParameters<typeof DescribeSnapshotsCommand>[0] = {},
) => (await client.send(new DescribeSnapshotsCommand(input))).Snapshots ?? [];

const statesIn = async (client = ec2) => (await snapshotsIn(client)).map(({ State }) => State);

/** An instance with a root volume and two others. */
async function runInstance(): Promise<{ instance: string; root: string; data: [string, string] }> {
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({ ImageId: 'ami-12345678', MinCount: 1, MaxCount: 1 }),
  );
  const [{ InstanceId: instance = '', BlockDeviceMappings = [] } = {}] = Instances;
  const data: [string, string] = [await createVolume(), await createVolume()];
  for (const [index, VolumeId] of data.entries()) {
    await ec2.send(
      new AttachVolumeCommand({ InstanceId: instance, VolumeId, Device: `/dev/sd${'fg'[index]}` }),
    );
  }
  return { instance, root: BlockDeviceMappings[0]?.Ebs?.VolumeId ?? '', data };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: Error) => error.name,
  );

describe('regions', () => {
  test('have snapshots of their own, each on the one clock, and calls say which was asked', async () => {
    sandbox.slowSnapshots({ pendingSeconds: 60 });
    const here = await createSnapshot(await createVolume());
    pass(30);
    const there = await createSnapshot(await createVolume(abroad), abroad);
    pass(60);
    expect(await snapshotsIn()).toMatchObject([{ SnapshotId: here, State: 'completed', StartTime: nine }]);
    expect(await snapshotsIn(abroad)).toMatchObject([{ SnapshotId: there, State: 'pending' }]);
    expect(sandbox.calls.map(({ region }) => region)).toEqual([
      ...['us-east-1', 'us-east-1', 'eu-west-1', 'eu-west-1', 'us-east-1', 'eu-west-1'],
    ]);
  });

  test('show their snapshots in pages', async () => {
    const volume = await createVolume(abroad);
    const made: string[] = [];
    for (let count = 0; count < 7; count += 1) made.push(await createSnapshot(volume, abroad));
    await createSnapshot(await createVolume());
    const first = await abroad.send(new DescribeSnapshotsCommand({ MaxResults: 5, OwnerIds: ['self'] }));
    const second = await abroad.send(
      new DescribeSnapshotsCommand({ MaxResults: 5, OwnerIds: ['self'], NextToken: first.NextToken }),
    );
    const seen = [...(first.Snapshots ?? []), ...(second.Snapshots ?? [])];
    expect(seen.map(({ SnapshotId }) => SnapshotId)).toEqual(made.sort());
    expect(second.NextToken).toBeUndefined();
  });

  test('do not know what is in another, and lose what was deleted while pending though another is asked', async () => {
    sandbox.slowSnapshots({ pendingSeconds: 60 });
    const there = await createSnapshot(await createVolume(abroad), abroad);
    expect(await codeOf(ec2.send(new DeleteSnapshotCommand({ SnapshotId: there })))).toBe(
      'InvalidSnapshot.NotFound',
    );
    await abroad.send(new DeleteSnapshotCommand({ SnapshotId: there }));
    pass(60);
    expect(await statesIn()).toEqual([]);
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
    const { instance, root, data } = await runInstance();
    await createVolume();
    const TagSpecifications = [
      { ResourceType: 'snapshot' as const, Tags: [{ Key: 'tier', Value: '<daily>' }] },
    ];
    const { Snapshots = [] } = await create(instance, {}, { Description: 'a & b', TagSpecifications });
    expect(new Set(Snapshots.map(({ VolumeId }) => VolumeId))).toEqual(new Set([root, ...data]));
    for (const seen of [Snapshots, await snapshotsIn()]) {
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
    const { instance, root, data } = await runInstance();
    const volumesOf = async (specification: object) =>
      ((await create(instance, specification)).Snapshots ?? []).map(({ VolumeId }) => VolumeId);
    expect(await volumesOf({ ExcludeBootVolume: true })).toEqual(data);
    expect(await volumesOf({ ExcludeDataVolumeIds: [data[0]] })).toEqual([root, data[1]]);
  });

  test("copies the volumes' tags on request, but none of AWS's", async () => {
    const { instance, data } = await runInstance();
    await sandbox.addSystemTags(data[0], { 'aws:x': 'y', Name: 'orders' });
    const { Snapshots = [] } = await create(
      instance,
      { ExcludeBootVolume: true, ExcludeDataVolumeIds: [data[1]] },
      { CopyTagsFromSource: 'volume' },
    );
    expect(Snapshots).toMatchObject([{ Tags: [{ Key: 'Name', Value: 'orders' }] }]);
  });

  test('refuses the root volume and more than 40 among the excluded, and takes nothing', async () => {
    const { instance, root, data } = await runInstance();
    const many = Array.from({ length: 41 }, (_, index) => `vol-${index}`);
    for (const ExcludeDataVolumeIds of [[root], many, ['vol-00000000']]) {
      expect(await codeOf(create(instance, { ExcludeDataVolumeIds }))).toBe('InvalidParameterValue');
    }
    const none = create(instance, { ExcludeBootVolume: true, ExcludeDataVolumeIds: data });
    expect(await codeOf(none)).toBe('InvalidParameterValue');
    expect(await codeOf(create('i-00000000'))).toBe('InvalidInstanceID.NotFound');
    expect(await snapshotsIn()).toEqual([]);
  });

  test('fails whole where one of its volumes fails', async () => {
    const { instance, data } = await runInstance();
    sandbox.slowSnapshots({ pendingSeconds: 60 });
    sandbox.failSnapshotsOf(data[1], true);
    await create(instance);
    expect(await statesIn()).toEqual(['pending', 'pending', 'pending']);
    pass(60);
    expect(await statesIn()).toEqual(['error', 'error', 'error']);
    sandbox.failSnapshotsOf(data[1], false);
    const again = await create(instance);
    pass(120);
    const ids = (again.Snapshots ?? []).map(({ SnapshotId = '' }) => SnapshotId);
    expect((await snapshotsIn(ec2, { SnapshotIds: ids })).map(({ State }) => State)).toEqual(
      ids.map(() => 'completed'),
    );
  });

  test('counts for the rate of each volume', async () => {
    const { instance, data } = await runInstance();
    sandbox.enforceSnapshotRate(true);
    await createSnapshot(data[1]);
    expect(await codeOf(create(instance))).toBe('SnapshotCreationPerVolumeRateExceeded');
    expect(await codeOf(create(instance, { ExcludeDataVolumeIds: [data[1]] }))).toBe('no error');
    pass(14);
    expect(await codeOf(createSnapshot(data[0]))).toBe('SnapshotCreationPerVolumeRateExceeded');
  });
});

describe('CopySnapshot', () => {
  const copy = (id: string, rest: object = {}) =>
    abroad.send(new CopySnapshotCommand({ SourceRegion: 'us-east-1', SourceSnapshotId: id, ...rest }));

  test('makes a copy where it is called, of its own time, volume id, tags and key', async () => {
    const original = await createSnapshot(await createVolume());
    pass(60);
    sandbox.slowCopies({ pendingSeconds: 600 });
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
    expect(await snapshotsIn()).toMatchObject([
      { SnapshotId: original, State: 'completed', Encrypted: false },
    ]);
    pass(660);
    const ofCopies = { Filters: [{ Name: 'volume-id', Values: ['vol-ffffffff'] }] };
    expect(await snapshotsIn(abroad, ofCopies)).toMatchObject([{ ...expected, State: 'completed' }]);
  });

  test('gives no tags of itself, and no encryption unless asked', async () => {
    const volume = await createVolume();
    await sandbox.addSystemTags(volume, { Name: 'orders' });
    await copy(await createSnapshot(volume));
    const [made] = await snapshotsIn(abroad);
    expect(made).toMatchObject({ Encrypted: false });
    expect(made?.Tags ?? []).toEqual([]);
    expect(made?.KmsKeyId).toBeUndefined();
  });

  test('fails later, and says why, when its key may not be used', async () => {
    const original = await createSnapshot(await createVolume());
    sandbox.failKmsKey('alias/lost');
    sandbox.slowCopies({ pendingSeconds: 60 });
    await copy(original, { Encrypted: true, KmsKeyId: 'alias/lost' });
    const [early] = await snapshotsIn(abroad);
    expect([early?.State, early?.StateMessage]).toEqual(['pending', undefined]);
    pass(60);
    const [late] = await snapshotsIn(abroad);
    expect([late?.State, late?.StateMessage]).toEqual(['error', 'Given key ID is not accessible']);
  });

  test('has 20 under way to a region at most', async () => {
    const original = await createSnapshot(await createVolume());
    sandbox.slowCopies({ pendingSeconds: 60 });
    for (let count = 0; count < 20; count += 1) await copy(original);
    expect(await codeOf(copy(original))).toBe('ResourceLimitExceeded');
    const home = new CopySnapshotCommand({ SourceRegion: 'us-east-1', SourceSnapshotId: original });
    expect(await codeOf(ec2.send(home))).toBe('no error');
    pass(60);
    expect(await codeOf(copy(original))).toBe('no error');
  });

  test('refuses a key without encryption, and a source that is missing or not completed', async () => {
    const original = await createSnapshot(await createVolume());
    expect(await codeOf(copy(original, { KmsKeyId: 'alias/backups' }))).toBe('InvalidParameterDependency');
    expect(await codeOf(copy('snap-00000000'))).toBe('InvalidSnapshot.NotFound');
    sandbox.slowSnapshots({ pendingSeconds: 60 });
    expect(await codeOf(copy(await createSnapshot(await createVolume())))).toBe('IncorrectState');
    expect(await snapshotsIn(abroad)).toEqual([]);
  });
});

describe('locked snapshots', () => {
  const lock = (SnapshotId: string, LockDuration = 1, client = ec2) =>
    client.send(new LockSnapshotCommand({ SnapshotId, LockMode: 'governance', LockDuration }));
  const remove = (SnapshotId: string) => codeOf(ec2.send(new DeleteSnapshotCommand({ SnapshotId })));

  test('are not deleted until they are unlocked or their time is over', async () => {
    const volume = await createVolume();
    const [one, other] = [await createSnapshot(volume), await createSnapshot(volume)];
    for (const id of [one, other]) await lock(id);
    expect([await remove(one), await remove(other)]).toEqual(['SnapshotLocked', 'SnapshotLocked']);
    await ec2.send(new UnlockSnapshotCommand({ SnapshotId: one }));
    expect([await remove(one), await remove(other)]).toEqual(['no error', 'SnapshotLocked']);
    pass(86_400);
    expect(await remove(other)).toBe('no error');
    expect(await codeOf(lock('snap-00000000'))).toBe('InvalidSnapshot.NotFound');
  });

  test('in compliance mode are not unlocked', async () => {
    const SnapshotId = await createSnapshot(await createVolume());
    await ec2.send(new LockSnapshotCommand({ SnapshotId, LockMode: 'compliance', LockDuration: 1 }));
    expect(await codeOf(ec2.send(new UnlockSnapshotCommand({ SnapshotId })))).toBe('SnapshotLocked');
  });

  test('are listed by region, by id and in pages, with the state of their locks', async () => {
    const volume = await createVolume();
    const ids: string[] = [];
    for (let count = 0; count < 6; count += 1) ids.push(await createSnapshot(volume));
    for (const id of ids) await lock(id);
    const abroadId = await createSnapshot(await createVolume(abroad), abroad);
    await lock(abroadId, 2, abroad);
    const free = await createSnapshot(volume);

    const page = await ec2.send(new DescribeLockedSnapshotsCommand({ MaxResults: 5 }));
    const rest = await ec2.send(
      new DescribeLockedSnapshotsCommand({ MaxResults: 5, NextToken: page.NextToken }),
    );
    const seen = [...(page.Snapshots ?? []), ...(rest.Snapshots ?? [])];
    expect(seen.map(({ SnapshotId }) => SnapshotId)).toEqual(ids.toSorted());
    expect([page.Snapshots?.length, rest.NextToken]).toEqual([5, undefined]);
    const tomorrow = new Date(nine.getTime() + 86_400_000);
    expect(seen[0]).toMatchObject({ LockState: 'governance', LockCreatedOn: nine, LockExpiresOn: tomorrow });

    pass(86_400);
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
  const volume = await createVolume();
  const [archived, other] = [await createSnapshot(volume), await createSnapshot(volume)];
  await ec2.send(new ModifySnapshotTierCommand({ SnapshotId: archived, StorageTier: 'archive' }));
  const tiers = (await snapshotsIn()).map(({ SnapshotId, StorageTier }) => [SnapshotId, StorageTier]);
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
  const SnapshotId = await createSnapshot(await createVolume());
  const attribute = { SnapshotId, Attribute: 'createVolumePermission' as const };
  const permissions = async () =>
    (await ec2.send(new DescribeSnapshotAttributeCommand(attribute))).CreateVolumePermissions ?? [];
  expect(await permissions()).toEqual([]);
  const share = { ...attribute, OperationType: 'add' as const, UserIds: ['111122223333'] };
  await ec2.send(new ModifySnapshotAttributeCommand(share));
  expect(await permissions()).toEqual([{ UserId: '111122223333' }]);
});
