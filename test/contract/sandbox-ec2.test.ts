/** What the local AWS promises of EC2 beyond moto: regions, sets, copies, images, locks. */
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  EC2Client,
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
