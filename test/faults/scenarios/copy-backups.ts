import { CopySnapshotCommand, DeleteSnapshotCommand } from '@aws-sdk/client-ec2';
import {
  CreateDBClusterCommand,
  CreateDBClusterSnapshotCommand,
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { copyBackups } from '../../../functions/copy-backups/run.ts';
import { takeSnapshots } from '../../../functions/take-snapshots/run.ts';
import { databaseSnapshotId } from '../../../shared/backups/db-snapshot-id.ts';
import { entrypoint } from '../../../shared/entrypoint.ts';
import { extraTagKeys, tagKeys } from '../../../shared/tags.ts';
import { clientOf, elsewhere, type Look, type SeenSnapshot } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import { credentials, owner, region, type World } from '../world.ts';
import { runMeanwhile } from './meanwhile.ts';
import { type Backup, makeServer, makeSnapshot, makeVolume, rowOf, tagsOf } from './seeds.ts';

const start = new Date('2026-11-21T09:30:02.000Z');
const days = 86_400;
const event = {
  copies: [{ backup: 'data', region: elsewhere, kmsKey: 'alias/backups', keep: { daily: '7 days' } }],
};

const handlerOf: Scenario['handlerOf'] = (tools) => entrypoint(copyBackups, tools);

const backupOn = (source: string, day: string): Backup => ({
  source,
  slot: `data/daily/2026-11-${day}T02:15:00Z`,
  expires: `2026-11-${Number(day) + 7}T02:15:00.000Z`,
});

const wanted = { [extraTagKeys.copies]: `${elsewhere}:wanted` };

/** A backup as it stands before it is copied, with its row. */
async function makeWanted(world: World, backup: Backup): Promise<string> {
  const id = await makeSnapshot(world, backup, { ...tagsOf(backup), ...wanted });
  await world.ledger.put([rowOf(backup, id)]);
  return id;
}

/** A copy as an earlier run left it that was cut off before it wrote the row. */
async function makeCopy(world: World, backup: Backup, id: string, kmsKey: string): Promise<string> {
  const ref = `${region}/${id}`;
  const tags = { ...tagsOf(backup), [extraTagKeys.copyOf]: ref, [tagKeys.expires]: expiryOf(backup) };
  const { SnapshotId = '' } = await clientOf(world, elsewhere).send(
    new CopySnapshotCommand({
      SourceRegion: region,
      SourceSnapshotId: id,
      Description: `Groundskeeper copy of ${ref}`,
      Encrypted: true,
      KmsKeyId: kmsKey,
      TagSpecifications: [
        { ResourceType: 'snapshot', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
      ],
    }),
  );
  return SnapshotId;
}

/** Seven days from the start of the original. */
const expiryOf = ({ expires }: Backup): string => expires;

const copiesOf = (id: string, { snapshots }: Look): SeenSnapshot[] =>
  [...snapshots.values()]
    .filter(({ tags }) => tags[extraTagKeys.copyOf] === `${region}/${id}`)
    .filter(({ state }) => state !== 'error');

/** These have their one copy, which lives as long as the job says and has its row; nothing else has one. */
function copied(ids: readonly string[], seen: Look): string[] {
  const refs = ids.map((id) => `${region}/${id}`);
  const strays = [...seen.snapshots.values()]
    .filter((snapshot) => snapshot.region === elsewhere)
    .filter(({ tags }) => !refs.includes(tags[extraTagKeys.copyOf] ?? ''));
  return [
    ...strays.map(({ id }) => `${id} is a copy of what is not to be copied`),
    ...ids.flatMap((id) => copiedOnce(id, seen)),
  ];
}

function copiedOnce(id: string, seen: Look): string[] {
  const copies = copiesOf(id, seen);
  const [copy] = copies;
  if (!copy || copies.length > 1) return [`${id} has ${copies.length} copies`];
  const { tags } = copy;
  const slotTime = new Date(tags[tagKeys.slot]?.split('/')[2] ?? '').getTime();
  const lives = (new Date(tags[tagKeys.expires] ?? '').getTime() - slotTime) / 1_000;
  return [
    ...wrongRow(copy, seen),
    ...(lives === 7 * days ? [] : [`${copy.id} lives for ${lives} seconds`]),
    ...(tags[extraTagKeys.copies] === undefined ? [] : [`${copy.id} says that it is to be copied`]),
  ];
}

/** A run that was cut off leaves the row without the id until the copy stands. */
function wrongRow({ id, tags }: SeenSnapshot, { rows }: Look): string[] {
  const row = rows.get(`${tags[tagKeys.slot]}/${tags[tagKeys.source]}@${elsewhere}`);
  const isKnown = row?.['resource'] === undefined || row['resource'] === id;
  const agrees = isKnown && row?.['region'] === elsewhere && row['expires'] === tags[tagKeys.expires];
  return agrees ? [] : [`${id} has the row ${JSON.stringify(row)}`];
}

/** Two awaited; one of a tier that is not copied, one of another owner. Their copies take days. */
const queue: Scenario = {
  name: 'copy-backups/queue',
  stores: ['simpledb', 'dynamodb'],
  thorough: true,
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world, { Backup: 'data' });
    const ids = [
      await makeWanted(world, backupOn(source, '18')),
      await makeWanted(world, backupOn(source, '19')),
    ];
    await makeWanted(world, { ...backupOn(source, '19'), slot: 'data/hourly/2026-11-19T03:15:00Z' });
    const foreign = { ...tagsOf(backupOn(source, '20')), ...wanted, [tagKeys.owner]: 'somebody-else' };
    await makeSnapshot(world, backupOn(source, '20'), foreign);
    world.time.moveTo(start);
    world.sandbox.slowCopies({ pendingSeconds: 3 * days });
    return { event, settled: (seen) => copied(ids, seen) };
  },
};

/** One whose copy stands and one whose copy failed, both started by runs that were cut off. */
const settling: Scenario = {
  name: 'copy-backups/settling',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world, { Backup: 'data' });
    const [first, second] = [backupOn(source, '18'), backupOn(source, '19')];
    const standing = await makeWanted(world, first);
    await makeCopy(world, first, standing, 'alias/backups');
    const failing = await makeWanted(world, second);
    world.sandbox.failKmsKey('alias/lost');
    await makeCopy(world, second, failing, 'alias/lost');
    world.time.moveTo(start);
    world.sandbox.slowCopies({ pendingSeconds: 3 * days });
    return {
      event,
      settled: (seen) => {
        const says = seen.snapshots.get(standing)?.tags[extraTagKeys.copies];
        return [
          ...copied([standing, failing], seen),
          ...(says === `${elsewhere}:done` ? [] : [`${standing} says of its copies: ${says}`]),
        ];
      },
    };
  },
};

/** The event of its completion names one backup; it, or the other one, is deleted while the run is under way. */
const vanishing: Scenario = {
  name: 'copy-backups/vanishing',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const source = await makeVolume(world, { Backup: 'data' });
    const id = await makeWanted(world, backupOn(source, '19'));
    world.time.moveTo(start);
    world.sandbox.slowCopies({ pendingSeconds: 3 * days });
    let gone = false;
    const leave = async () => {
      gone = true;
      await world.ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
    };
    return {
      event: { ...event, resources: [id] },
      meanwhile: { 'original-deleted': leave },
      settled: (seen) => (gone && copiesOf(id, seen).length === 0 ? [] : copied([id], seen)),
    };
  },
};

/** A set of an instance: a copy of each member, and one row. */
const set: Scenario = {
  name: 'copy-backups/set',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const { id: server } = await makeServer(world, { Role: 'shop' });
    const slot = 'data/daily/2026-11-19T02:15:00Z';
    world.time.moveTo(new Date('2026-11-19T02:15:00Z'));
    await runMeanwhile(world, takeSnapshots, {
      ...{ backup: 'data', tier: 'daily', keep: '7 days', scheduledTime: '2026-11-19T02:15:00Z' },
      instances: { ids: [server] },
      copies: [elsewhere],
    });
    world.time.moveTo(start);
    world.sandbox.slowCopies({ pendingSeconds: 3 * days });
    return { event, settled: (seen) => wholeCopy(`${slot}/${server}`, seen) };
  },
};

function wholeCopy(name: string, seen: Look): string[] {
  const members = [...seen.snapshots.values()].filter(({ tags }) => tags[extraTagKeys.set] === name);
  const originals = members.filter(({ tags }) => tags[extraTagKeys.copyOf] === undefined);
  const uncopied = originals.filter(({ id }) => copiesOf(id, seen).length !== 1);
  const row = seen.rows.get(`${name}@${elsewhere}`);
  const isKnown = row?.['kind'] === 'set' && [undefined, name].includes(row['resource']);
  return [
    ...(originals.length === 2 && members.length === 4 ? [] : [`${name} has ${members.length} members`]),
    ...uncopied.map(({ id }) => `${id} of ${name} has ${copiesOf(id, seen).length} copies`),
    ...(isKnown ? [] : [`The copy of ${name} has the row ${JSON.stringify(row)}`]),
  ];
}

const databaseSlot = 'data/daily/2026-11-19T02:15:00Z';

/** A snapshot of a database as take-db-snapshots makes them, with its row. */
async function makeDatabaseSnapshot(world: World, type: 'db' | 'cluster'): Promise<string> {
  const rds = new RDSClient({ region, credentials, endpoint: world.sandbox.url });
  const backup = { ...backupOn(`${type}:orders-${type}`, '19'), slot: databaseSlot };
  const id = databaseSnapshotId({ owner, slot: databaseSlot, source: backup.source });
  const tags = { ...tagsOf(backup), ...wanted };
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const login = { Engine: 'aurora-mysql', MasterUsername: 'admin', MasterUserPassword: 'not-a-secret' };
  world.time.moveTo(new Date('2026-11-19T02:15:00Z'));
  if (type === 'cluster') {
    const DBClusterIdentifier = 'orders-cluster';
    await rds.send(new CreateDBClusterCommand({ DBClusterIdentifier, StorageEncrypted: true, ...login }));
    const names = { DBClusterIdentifier, DBClusterSnapshotIdentifier: id };
    await rds.send(new CreateDBClusterSnapshotCommand({ ...names, Tags }));
  } else {
    const DBInstanceIdentifier = 'orders-db';
    const size = { DBInstanceClass: 'db.t3.micro', AllocatedStorage: 20 };
    await rds.send(new CreateDBInstanceCommand({ DBInstanceIdentifier, ...size, ...login, Engine: 'mysql' }));
    await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier, DBSnapshotIdentifier: id, Tags }));
  }
  const kind = type === 'db' ? 'db-snapshot' : 'cluster-snapshot';
  await world.ledger.put([{ ...rowOf(backup, id), kind }]);
  return id;
}

/** A database's snapshot and a cluster's, encrypted, which need a key there. */
const databases: Scenario = {
  name: 'copy-backups/databases',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const ids = [await makeDatabaseSnapshot(world, 'db'), await makeDatabaseSnapshot(world, 'cluster')];
    world.time.moveTo(start);
    world.sandbox.slowCopies({ pendingSeconds: 3 * days });
    return { event, settled: (seen) => copied(ids, seen) };
  },
};

/** Their copies stand, and no run has seen it yet. */
const copiedDatabases: Scenario = {
  name: 'copy-backups/copied-databases',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const ids = [await makeDatabaseSnapshot(world, 'db'), await makeDatabaseSnapshot(world, 'cluster')];
    world.time.moveTo(start);
    await runMeanwhile(world, copyBackups, event);
    return {
      event,
      settled: (seen) => [
        ...copied(ids, seen),
        ...ids.flatMap((id) => {
          const says = seen.snapshots.get(id)?.tags[extraTagKeys.copies];
          return says === `${elsewhere}:done` ? [] : [`${id} says of its copies: ${says}`];
        }),
      ],
    };
  },
};

export const copyBackupsScenarios: readonly Scenario[] = [
  queue,
  settling,
  vanishing,
  set,
  databases,
  copiedDatabases,
];
