/** What scenarios fill their accounts with. */
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  RegisterImageCommand,
  type ResourceType,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { BackupRow } from '../../../shared/ledger/ledger.ts';
import { rowKey } from '../../../shared/ledger/ledger.ts';
import { parseSlotId } from '../../../shared/slot.ts';
import { tagKeys } from '../../../shared/tags.ts';
import { owner, region, type World } from '../world.ts';

const specification = (type: ResourceType, tags: Readonly<Record<string, string>>) => ({
  TagSpecifications: [
    { ResourceType: type, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
  ],
});

export async function makeVolume(
  { ec2 }: World,
  tags: Readonly<Record<string, string>> = { Name: 'a volume' },
): Promise<string> {
  const place = { AvailabilityZone: `${region}a`, Size: 1 };
  const { VolumeId = '' } = await ec2.send(
    new CreateVolumeCommand({ ...place, ...specification('volume', tags) }),
  );
  return VolumeId;
}

export interface Server {
  id: string;
  /** Attached to it, the boot volume first. */
  volumes: string[];
}

/** An instance with a boot volume and a data volume. */
export async function makeServer({ ec2 }: World, tags: Readonly<Record<string, string>>): Promise<Server> {
  const data = { DeviceName: '/dev/sdb', Ebs: { VolumeSize: 1 } };
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-00000000000000000',
      InstanceType: 't3.nano',
      MinCount: 1,
      MaxCount: 1,
      BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 1 } }, data],
      ...specification('instance', tags),
    }),
  );
  const mappings = Instances.flatMap(({ BlockDeviceMappings = [] }) => BlockDeviceMappings);
  const volumes = mappings.map(({ Ebs }) => Ebs?.VolumeId ?? '');
  return { id: Instances[0]?.InstanceId ?? '', volumes };
}

/** Answers the volumes attached to it. */
export const makeInstance = async (world: World, tags: Readonly<Record<string, string>>): Promise<string[]> =>
  (await makeServer(world, tags)).volumes;

export interface Backup {
  source: string;
  /** `data/daily/2026-11-20T02:15:00Z`: also when it was started. */
  slot: string;
  expires: string;
}

export const tagsOf = ({ source, slot, expires }: Backup): Record<string, string> => ({
  [tagKeys.owner]: owner,
  [tagKeys.plan]: parseSlotId(slot)?.backup ?? '',
  [tagKeys.tier]: parseSlotId(slot)?.tier ?? '',
  [tagKeys.slot]: slot,
  [tagKeys.expires]: expires,
  [tagKeys.source]: source,
});

export function rowOf(backup: Backup, resource?: string): BackupRow {
  const { source, slot, expires } = backup;
  const { backup: name = '', tier = '' } = parseSlotId(slot) ?? {};
  const row: BackupRow = {
    kind: 'snapshot',
    key: rowKey(slot, source),
    backup: name,
    tier,
    slot,
    source,
    region,
    expires,
  };
  return resource === undefined ? row : { ...row, resource };
}

/** A snapshot as we make them, in the account only. */
export async function makeSnapshot(
  world: World,
  backup: Backup,
  tags: Readonly<Record<string, string>> = tagsOf(backup),
): Promise<string> {
  world.time.moveTo(parseSlotId(backup.slot)?.time ?? world.time.now());
  const { SnapshotId = '' } = await world.ec2.send(
    new CreateSnapshotCommand({ VolumeId: backup.source, ...specification('snapshot', tags) }),
  );
  return SnapshotId;
}

/** The same with its row in the ledger. */
export async function makeBackup(world: World, backup: Backup): Promise<string> {
  const id = await makeSnapshot(world, backup);
  await world.ledger.put([rowOf(backup, id)]);
  return id;
}

export async function makeImage({ ec2 }: World, snapshot: string): Promise<string> {
  const { ImageId = '' } = await ec2.send(
    new RegisterImageCommand({
      Name: `made of ${snapshot}`,
      RootDeviceName: '/dev/sda1',
      BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { SnapshotId: snapshot } }],
    }),
  );
  return ImageId;
}
