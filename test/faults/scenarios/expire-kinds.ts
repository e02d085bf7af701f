/** Expiry of what is more than one snapshot, or elsewhere, or not ours alone. */
import {
  CopySnapshotCommand,
  CreateLaunchTemplateCommand,
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  DisableImageCommand,
  type Image,
  LockSnapshotCommand,
  ModifySnapshotAttributeCommand,
  ModifySnapshotTierCommand,
} from '@aws-sdk/client-ec2';
import { CreateDBClusterCommand, CreateDBInstanceCommand } from '@aws-sdk/client-rds';
import { createImages } from '../../../functions/create-images/run.ts';
import { takeDbSnapshots } from '../../../functions/take-db-snapshots/run.ts';
import { takeSnapshots } from '../../../functions/take-snapshots/run.ts';
import type { AutomationFunction, CommonJob } from '../../../shared/entrypoint.ts';
import { extraTagKeys } from '../../../shared/tags.ts';
import type { AllClients } from '../invocation.ts';
import { clientOf, elsewhere, rdsIn } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import { owner, region, type World } from '../world.ts';
import { due, handlerOf, keyOf, slotAt, standing, start } from './expire-backups.ts';
import { runMeanwhile } from './meanwhile.ts';
import {
  type Backup,
  makeBackup,
  makeImage,
  makeServer,
  makeSnapshot,
  makeVolume,
  rowOf,
  tagsOf,
} from './seeds.ts';

/** The function takes the slot of that day, kept for a week: what was taken up to the 14th is due. */
async function take<Job extends CommonJob>(
  world: World,
  day: string,
  automation: AutomationFunction<Job, AllClients>,
  selector: object,
): Promise<void> {
  const scheduledTime = slotAt(day).split('/')[2] ?? '';
  world.time.moveTo(new Date(scheduledTime));
  const appointment = { backup: 'data', tier: 'daily', keep: '7 days', every: '1 day', scheduledTime };
  await runMeanwhile(world, automation, { ...appointment, ...selector });
}

/** The key of its row. */
const rowOn = (day: string, source: string): string => `${slotAt(day)}/${source}`;
const setOn = (day: string, source: string): string => `${owner}/${rowOn(day, source)}`;

async function membersOf({ ec2 }: World, set: string): Promise<string[]> {
  const filter = { Name: `tag:${extraTagKeys.set}`, Values: [set] };
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ Filters: [filter] }));
  return Snapshots.map(({ SnapshotId = '' }) => SnapshotId);
}

/** A whole one, one with a member that an image stands on, one that a crash left half deleted, and the floor. */
const sets: Scenario = {
  name: 'expire-backups/sets',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const { id: source } = await makeServer(world, { Name: 'web' });
    for (const day of ['10', '11', '12', '13'])
      await take(world, day, takeSnapshots, { instances: { ids: [source] } });
    const [used, torn, floor] = [setOn('11', source), setOn('12', source), setOn('13', source)];
    const usedIds = await membersOf(world, used);
    await makeImage(world, usedIds[1] ?? '');
    const [half = ''] = await membersOf(world, torn);
    await world.ec2.send(new DeleteSnapshotCommand({ SnapshotId: half }));
    const floorIds = await membersOf(world, floor);
    const strayId = await makeStray(world, floorIds[0] ?? '');
    world.time.moveTo(start);
    return {
      event: {},
      settled: (seen) =>
        standing([...usedIds, ...floorIds, strayId], [rowOn('11', source), rowOn('13', source)], seen),
    };
  },
};

/** Tags travel: a snapshot that somebody made of a restored volume has all the tags of the member. */
async function makeStray(world: World, member: string): Promise<string> {
  const { Snapshots: [snapshot] = [] } = await world.ec2.send(
    new DescribeSnapshotsCommand({ SnapshotIds: [member] }),
  );
  const { SnapshotId = '' } = await world.ec2.send(
    new CreateSnapshotCommand({
      VolumeId: await makeVolume(world),
      Description: 'by hand',
      TagSpecifications: [{ ResourceType: 'snapshot', Tags: snapshot?.Tags }],
    }),
  );
  return SnapshotId;
}

/** One that nothing uses, one that a launch template names, and the floor. */
const images: Scenario = {
  name: 'expire-backups/images',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const { id: source } = await makeServer(world, { Name: 'web' });
    for (const day of ['10', '11', '12'])
      await take(world, day, createImages, { instances: { ids: [source] } });
    const { Images = [] } = await world.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    const imageOn = (day: string): Image =>
      Images.find(({ Name = '' }) => Name.includes(`2026-11-${day}`)) ?? {};
    await world.ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'web',
        LaunchTemplateData: { ImageId: imageOn('11').ImageId },
      }),
    );
    const kept = ['11', '12'].flatMap((day) => partsOf(imageOn(day)));
    world.time.moveTo(start);
    return {
      event: {},
      settled: (seen) => standing(kept, [rowOn('11', source), rowOn('12', source)], seen),
    };
  },
};

const partsOf = ({ ImageId = '', BlockDeviceMappings = [] }: Image): string[] => [
  ImageId,
  ...BlockDeviceMappings.map(({ Ebs }) => Ebs?.SnapshotId ?? ''),
];

const login = { MasterUsername: 'admin', MasterUserPassword: 'correct-horse' };

/** Of an instance and a cluster: one that is due, and the floor. */
const databases: Scenario = {
  name: 'expire-backups/databases',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const rds = rdsIn(world, region);
    const size = { DBInstanceClass: 'db.t4g.micro', AllocatedStorage: 20, Engine: 'postgres' };
    await rds.send(new CreateDBInstanceCommand({ ...login, ...size, DBInstanceIdentifier: 'orders' }));
    const cluster = { DBClusterIdentifier: 'shop', Engine: 'aurora-postgresql' };
    await rds.send(new CreateDBClusterCommand({ ...login, ...cluster }));
    const chosen = { databases: { instances: ['orders'], clusters: ['shop'] } };
    for (const day of ['10', '11']) await take(world, day, takeDbSnapshots, chosen);
    world.time.moveTo(start);
    const floors = ['db:orders', 'cluster:shop'].map((source) => `${slotAt('11')}/${source}`);
    return {
      event: {},
      settled: (seen) => {
        const kept = [...seen.snapshots.values()].filter(({ tags }) =>
          Object.values(tags).includes(slotAt('11')),
        );
        const lost = kept.length === 2 ? [] : [`${kept.length} floors stand, and there should be 2`];
        return [
          ...standing(
            kept.map(({ id }) => id),
            floors,
            seen,
          ),
          ...lost,
        ];
      },
    };
  },
};

async function makeCopy(world: World, original: string, backup: Backup): Promise<string> {
  const ref = `${region}/${original}`;
  const tags = { ...tagsOf(backup), [extraTagKeys.copyOf]: ref };
  const { SnapshotId: id = '' } = await clientOf(world, elsewhere).send(
    new CopySnapshotCommand({
      SourceRegion: region,
      SourceSnapshotId: original,
      Description: `Groundskeeper copy of ${ref}`,
      TagSpecifications: [
        { ResourceType: 'snapshot', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ],
    }),
  );
  await world.ledger.put([{ ...rowOf(backup, id), key: `${keyOf(backup)}@${elsewhere}`, region: elsewhere }]);
  return id;
}

/** Copies die there as originals do here: the newest stays, of a living source and of one that is gone. */
const copies: Scenario = {
  name: 'expire-backups/copies',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world);
    const gone = await makeVolume(world);
    const [older, newer, orphan] = [
      { source, slot: slotAt('10'), expires: due },
      { source, slot: slotAt('11'), expires: due },
      { source: gone, slot: slotAt('11'), expires: due },
    ] as const;
    const awaited = { ...tagsOf(older), [extraTagKeys.copies]: 'us-west-2:wanted' };
    const olderId = await makeSnapshot(world, older, awaited);
    await world.ledger.put([rowOf(older, olderId)]);
    const newerId = await makeBackup(world, newer);
    const orphanId = await makeBackup(world, orphan);
    world.time.moveTo(new Date('2026-11-11T03:00:00.000Z'));
    await makeCopy(world, olderId, older);
    world.time.moveTo(new Date('2026-11-12T03:00:00.000Z'));
    const copyIds = [await makeCopy(world, newerId, newer), await makeCopy(world, orphanId, orphan)];
    await world.ec2.send(new DeleteVolumeCommand({ VolumeId: gone }));
    world.time.moveTo(start);
    const kept = [older, newer, orphan].map(keyOf);
    return {
      event: {},
      settled: (seen) =>
        standing(
          [olderId, newerId, orphanId, ...copyIds],
          [...kept, ...[newer, orphan].map((backup) => `${keyOf(backup)}@${elsewhere}`)],
          seen,
        ),
    };
  },
};

/** Five that something forbids to delete, one that nothing does, and the floor. */
const foreign: Scenario = {
  name: 'expire-backups/foreign',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world);
    const backups = ['08', '09', '10', '11', '12', '13', '14'].map(
      (day): Backup => ({ source, slot: slotAt(day), expires: due }),
    );
    const ids: string[] = [];
    for (const backup of backups) ids.push(await makeBackup(world, backup));
    const [, locked = '', archived = '', backedUp = '', shared = '', used = ''] = ids;
    world.time.moveTo(start);
    const { ec2, sandbox } = world;
    await ec2.send(new LockSnapshotCommand({ SnapshotId: locked, LockMode: 'governance', LockDuration: 30 }));
    await ec2.send(new ModifySnapshotTierCommand({ SnapshotId: archived, StorageTier: 'archive' }));
    await sandbox.addSystemTags(backedUp, { 'aws:backup:source-resource': source });
    await ec2.send(
      new ModifySnapshotAttributeCommand({
        SnapshotId: shared,
        Attribute: 'createVolumePermission',
        OperationType: 'add',
        UserIds: ['111122223333'],
      }),
    );
    await ec2.send(new DisableImageCommand({ ImageId: await makeImage(world, used) }));
    return {
      event: {},
      settled: (seen) => standing(ids.slice(1), backups.slice(1).map(keyOf), seen),
    };
  },
};

export const expireKindsScenarios: readonly Scenario[] = [sets, images, databases, copies, foreign];
