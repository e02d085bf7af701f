/** The account of a small company with a web shop, before Groundskeeper comes to it. */
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  type EC2Client,
  type Image,
  RegisterImageCommand,
  RunInstancesCommand,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import {
  CreateDBInstanceCommand,
  type DBSnapshot,
  DescribeDBSnapshotsCommand,
  type RDSClient,
} from '@aws-sdk/client-rds';
import type { Sandbox } from '../types.ts';

const zone = 'us-east-1a';
const tagged = { Backup: 'data' };

/** By name; `on`: the instance that it is attached to. */
const volumes = [
  { name: 'warehouse', on: 'warehouse-1', sizeGib: 200, tags: tagged },
  { name: 'shop-files', on: 'shop-1', sizeGib: 100, tags: tagged },
  { name: 'old-archive', sizeGib: 500, tags: tagged },
  { name: 'build-cache', on: 'builder-1', sizeGib: 20, tags: {} },
] as const;

export const inError = 'old-archive';
export const untagged = 'build-cache';

/** The instance whose volumes are one set, and which is made an image of. */
export const shop = 'shop-1';
/** What is frozen there. */
export const shopMount = '/var/www';
export const database = 'orders';
export const copyRegion = 'us-west-2';

/** The same for a person. */
export const accountLines = [
  '3 instances and their volumes: warehouse and shop-files carry the tag Backup=data; old-archive',
  'carries it too, but is in error; build-cache does not carry it. shop-1 serves /var/www. A database,',
  'orders. A person made one snapshot of warehouse by hand. Two workers stand behind a balancer, two web',
  'servers are an Auto Scaling group.',
];

export interface CompanyClients {
  ec2: EC2Client;
  rds: RDSClient;
  /** In the region of the copies. */
  elsewhere: EC2Client;
}

export class Company {
  readonly #ec2: EC2Client;
  readonly #rds: RDSClient;
  readonly #elsewhere: EC2Client;
  readonly #ids = new Map<string, string>();
  #handMade = '';

  private constructor({ ec2, rds, elsewhere }: CompanyClients) {
    this.#ec2 = ec2;
    this.#rds = rds;
    this.#elsewhere = elsewhere;
  }

  static async found(clients: CompanyClients, sandbox: Sandbox): Promise<Company> {
    const company = new Company(clients);
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

  async copies(): Promise<Snapshot[]> {
    const { Snapshots = [] } = await this.#elsewhere.send(
      new DescribeSnapshotsCommand({ OwnerIds: ['self'] }),
    );
    return Snapshots;
  }

  async databaseSnapshots(): Promise<DBSnapshot[]> {
    const { DBSnapshots = [] } = await this.#rds.send(new DescribeDBSnapshotsCommand({}));
    return DBSnapshots;
  }

  async images(): Promise<Image[]> {
    const { Images = [] } = await this.#ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    return Images;
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
      instances.set(name, await this.startInstance(name));
    }
    for (const volume of volumes) {
      const id = await this.#createVolume(volume.name, volume.sizeGib, volume.tags);
      this.#ids.set(volume.name, id);
      const InstanceId = 'on' in volume ? instances.get(volume.on) : undefined;
      if (InstanceId === undefined) continue;
      await this.#ec2.send(new AttachVolumeCommand({ InstanceId, VolumeId: id, Device: '/dev/sdf' }));
    }
    sandbox.setVolumeState(this.idOf(inError), 'error');
    sandbox.setMounts(this.idOf(shop), [{ target: shopMount, source: '/dev/nvme1n1' }]);
    await this.#createDatabase();
    const { SnapshotId = '' } = await this.#ec2.send(
      new CreateSnapshotCommand({ VolumeId: this.idOf('warehouse'), Description: 'before the move' }),
    );
    this.#handMade = SnapshotId;
  }

  async startInstance(
    name: string,
    role = name.replace(/-1$/, ''),
    AvailabilityZone: string = zone,
  ): Promise<string> {
    const { Instances = [] } = await this.#ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-12c6146b',
        MinCount: 1,
        MaxCount: 1,
        Placement: { AvailabilityZone },
        TagSpecifications: [{ ResourceType: 'instance', Tags: tagList({ Name: name, Role: role }) }],
      }),
    );
    const id = Instances[0]?.InstanceId ?? '';
    this.#ids.set(name, id);
    return id;
  }

  async #createDatabase(): Promise<void> {
    await this.#rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: database,
        DBInstanceClass: 'db.t4g.micro',
        Engine: 'postgres',
        AllocatedStorage: 20,
        MasterUsername: 'shop',
        MasterUserPassword: 'not-a-secret',
        Tags: tagList(tagged),
      }),
    );
  }

  async #createVolume(name: string, Size: number, tags: Record<string, string>): Promise<string> {
    const Tags = tagList({ Name: name, ...tags });
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

const tagList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
