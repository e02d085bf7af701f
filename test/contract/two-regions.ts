/** A local AWS with a client in each of two regions, at nine o'clock; for the tests of what it promises. */
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  RunInstancesCommand,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';

export const nine = new Date('2026-03-01T09:00:00.000Z');

export interface TwoRegions {
  sandbox: Sandbox;
  /** In us-east-1. */
  ec2: EC2Client;
  /** In eu-west-1. */
  abroad: EC2Client;
  /** So long after nine. */
  pass(seconds: number): void;
  /** An empty account at nine. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function twoRegions(): Promise<TwoRegions> {
  const sandbox = await startSandbox();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const clientIn = (region: string) =>
    new EC2Client({ endpoint: sandbox.url, region, credentials, maxAttempts: 1 });
  const [ec2, abroad] = [clientIn('us-east-1'), clientIn('eu-west-1')];
  return {
    sandbox,
    ec2,
    abroad,
    pass: (seconds) => sandbox.setTime(new Date(nine.getTime() + seconds * 1000)),
    async reset() {
      await sandbox.reset();
      sandbox.setTime(nine);
    },
    async close() {
      for (const client of [ec2, abroad]) client.destroy();
      await sandbox.close();
    },
  };
}

export async function createVolume(client: EC2Client): Promise<string> {
  const zone = `${await client.config.region()}a`;
  const { VolumeId = '' } = await client.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1 }));
  return VolumeId;
}

export async function createSnapshot(client: EC2Client, volume?: string): Promise<string> {
  const VolumeId = volume ?? (await createVolume(client));
  const { SnapshotId = '' } = await client.send(new CreateSnapshotCommand({ VolumeId }));
  return SnapshotId;
}

export async function snapshotsIn(
  client: EC2Client,
  input: ConstructorParameters<typeof DescribeSnapshotsCommand>[0] = {},
): Promise<Snapshot[]> {
  const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand(input));
  return Snapshots;
}

export interface RunningInstance {
  instance: string;
  /** At /dev/sda1. */
  root: string;
  /** At /dev/sdf and /dev/sdg. */
  data: [string, string];
}

export async function runInstance(client: EC2Client): Promise<RunningInstance> {
  const { Instances = [] } = await client.send(
    new RunInstancesCommand({ ImageId: 'ami-12345678', MinCount: 1, MaxCount: 1 }),
  );
  const [{ InstanceId = '', BlockDeviceMappings = [] } = {}] = Instances;
  const data: [string, string] = [await createVolume(client), await createVolume(client)];
  for (const [index, VolumeId] of data.entries()) {
    const Device = `/dev/sd${'fg'[index]}`;
    await client.send(new AttachVolumeCommand({ InstanceId, VolumeId, Device }));
  }
  return { instance: InstanceId, root: BlockDeviceMappings[0]?.Ebs?.VolumeId ?? '', data };
}

/** The name of the error that the work ends in. */
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: Error) => error.name,
  );
