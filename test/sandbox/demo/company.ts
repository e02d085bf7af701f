/** The account of a small company with a web shop, before Groundskeeper comes to it. */
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeregisterImageCommand,
  DescribeSnapshotsCommand,
  type EC2Client,
  RegisterImageCommand,
  RunInstancesCommand,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import type { Sandbox } from '../types.ts';

const zone = 'us-east-1a';
const tagged = { Backup: 'data' };

/** By name; `on`: the instance that it is attached to. */
const volumes = [
  { name: 'orders-db', on: 'db-1', sizeGib: 200, tags: tagged },
  { name: 'shop-files', on: 'shop-1', sizeGib: 100, tags: tagged },
  { name: 'old-archive', sizeGib: 500, tags: tagged },
  { name: 'build-cache', on: 'shop-2', sizeGib: 20, tags: {} },
] as const;

export const inError = 'old-archive';
export const untagged = 'build-cache';

/** The same for a person. */
export const accountLines = [
  '3 instances and their volumes: orders-db and shop-files carry the tag Backup=data; old-archive',
  'carries it too, but is in error; build-cache does not carry it. A person made one snapshot of',
  'orders-db by hand.',
];

export class Company {
  readonly #ec2: EC2Client;
  readonly #ids = new Map<string, string>();
  #handMade = '';

  private constructor(ec2: EC2Client) {
    this.#ec2 = ec2;
  }

  static async found(ec2: EC2Client, sandbox: Sandbox): Promise<Company> {
    const company = new Company(ec2);
    await company.#build(sandbox);
    return company;
  }

  get volumeNames(): string[] {
    return volumes.map(({ name }) => name);
  }

  idOf(name: string): string {
    return this.#ids.get(name) ?? '';
  }

  nameOf(volumeId: string): string {
    return [...this.#ids].find(([, id]) => id === volumeId)?.[0] ?? volumeId;
  }

  /** The snapshot that a person took before Groundskeeper came. */
  get handMade(): string {
    return this.#handMade;
  }

  async snapshots(): Promise<Snapshot[]> {
    const { Snapshots = [] } = await this.#ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
    return Snapshots;
  }

  async registerImage(name: string, snapshotId: string): Promise<string> {
    const { ImageId = '' } = await this.#ec2.send(
      new RegisterImageCommand({
        Name: name,
        RootDeviceName: '/dev/sda1',
        BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { SnapshotId: snapshotId } }],
      }),
    );
    return ImageId;
  }

  async deregisterImage(imageId: string): Promise<void> {
    await this.#ec2.send(new DeregisterImageCommand({ ImageId: imageId }));
  }

  async #build(sandbox: Sandbox): Promise<void> {
    const instances = new Map<string, string>();
    for (const name of new Set(volumes.flatMap((volume) => ('on' in volume ? [volume.on] : [])))) {
      instances.set(name, await this.#startInstance(name));
    }
    for (const volume of volumes) {
      const id = await this.#createVolume(volume.name, volume.sizeGib, volume.tags);
      this.#ids.set(volume.name, id);
      const InstanceId = 'on' in volume ? instances.get(volume.on) : undefined;
      if (InstanceId === undefined) continue;
      await this.#ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId: id, Device: '/dev/sdf' }));
    }
    sandbox.setVolumeState(this.idOf(inError), 'error');
    const { SnapshotId = '' } = await this.#ec2.send(
      new CreateSnapshotCommand({ VolumeId: this.idOf('orders-db'), Description: 'before the move' }),
    );
    this.#handMade = SnapshotId;
  }

  async #startInstance(name: string): Promise<string> {
    const { Instances = [] } = await this.#ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-12c6146b',
        MinCount: 1,
        MaxCount: 1,
        Placement: { AvailabilityZone: zone },
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: name }] }],
      }),
    );
    return Instances[0]?.InstanceId ?? '';
  }

  async #createVolume(name: string, Size: number, tags: Record<string, string>): Promise<string> {
    const Tags = Object.entries({ Name: name, ...tags }).map(([Key, Value]) => ({ Key, Value }));
    const { VolumeId = '' } = await this.#ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: zone,
        Size,
        TagSpecifications: [{ ResourceType: 'volume', Tags }],
      }),
    );
    return VolumeId;
  }
}
