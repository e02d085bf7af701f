import {
  CreateDBClusterCommand,
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  DeleteDBInstanceCommand,
} from '@aws-sdk/client-rds';
import { takeDbSnapshots } from '../../../functions/take-db-snapshots/run.ts';
import { entrypoint } from '../../../shared/entrypoint.ts';
import { tagKeys } from '../../../shared/tags.ts';
import { type Look, rdsIn, type SeenSnapshot } from '../look.ts';
import type { Scenario, Seeded } from '../scenario.ts';
import { owner, region, type World } from '../world.ts';
import { tagsOf } from './seeds.ts';

const start = new Date('2026-11-21T02:15:03.000Z');
const slot = 'db/daily/2026-11-21T02:15:00Z';

const event = {
  backup: 'db',
  databases: { tags: { Backup: ['yes'] } },
  tier: 'daily',
  keep: '7 days',
  every: '1 day',
  scheduledTime: '2026-11-21T02:15:00Z',
};

const chosen = { Backup: 'yes' };
const login = { MasterUsername: 'admin', MasterUserPassword: 'correct-horse' };

const tagList = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Answers `db:<id>`. */
async function makeInstance(
  world: World,
  id: string,
  tags: Readonly<Record<string, string>> = chosen,
  cluster?: string,
): Promise<string> {
  const size = { DBInstanceClass: 'db.t4g.micro', AllocatedStorage: 20 };
  const engine = cluster === undefined ? 'postgres' : 'aurora-postgresql';
  await rdsIn(world, region).send(
    new CreateDBInstanceCommand({
      ...login,
      ...size,
      DBInstanceIdentifier: id,
      Engine: engine,
      ...(cluster !== undefined && { DBClusterIdentifier: cluster }),
      Tags: tagList(tags),
    }),
  );
  return `db:${id}`;
}

/** Answers `cluster:<id>`. */
async function makeCluster(world: World, id: string): Promise<string> {
  const names = { DBClusterIdentifier: id, Engine: 'aurora-postgresql' };
  await rdsIn(world, region).send(new CreateDBClusterCommand({ ...login, ...names, Tags: tagList(chosen) }));
  return `cluster:${id}`;
}

const ofSlot = ({ snapshots }: Look): SeenSnapshot[] =>
  [...snapshots.values()].filter(({ tags }) => tags[tagKeys.owner] === owner && tags[tagKeys.slot] === slot);

/** Each of these has its one snapshot that has not failed, the row with its id, and no other database has any. */
function taken(databases: readonly string[], seen: Look): string[] {
  const made = ofSlot(seen);
  const strays = made.filter(({ volume }) => !databases.includes(volume));
  return [
    ...strays.map(({ id, volume }) => `${id} is of ${volume}, which is not to be taken`),
    ...databases.flatMap((database) => takenOf(database, made, seen)),
  ];
}

function takenOf(database: string, made: readonly SeenSnapshot[], { rows }: Look): string[] {
  const good = made.filter(({ volume, state }) => volume === database && state !== 'error');
  const [snapshot] = good;
  if (!snapshot || good.length > 1) return [`${database} has ${good.length} snapshots`];
  const row = rows.get(`${slot}/${database}`);
  const agrees = row?.['resource'] === snapshot.id && row['expires'] === snapshot.tags[tagKeys.expires];
  return agrees ? [] : [`${snapshot.id} has the row ${JSON.stringify(row)}`];
}

/**
 * An instance and a cluster to take; the cluster's member, which is not taken by itself; a stopped one; one
 * that is not chosen, with a snapshot that somebody copied by hand with our tags.
 */
async function seedDaily(world: World): Promise<Seeded> {
  const databases = [await makeInstance(world, 'orders'), await makeCluster(world, 'shop')];
  await makeInstance(world, 'shop-1', chosen, 'shop');
  world.sandbox.setDatabaseState(await makeInstance(world, 'archive'), 'stopped');
  await makeInstance(world, 'scratch', {});
  const theirs = { ...tagsOf({ source: 'db:orders', slot, expires: '2026-11-20T00:00:00.000Z' }) };
  const names = { DBInstanceIdentifier: 'scratch', DBSnapshotIdentifier: 'kept-by-hand' };
  const tags = { ...theirs, [tagKeys.owner]: 'somebody-else' };
  await rdsIn(world, region).send(new CreateDBSnapshotCommand({ ...names, Tags: tagList(tags) }));
  world.time.moveTo(start);
  return { event, settled: (seen) => taken(databases, seen) };
}

const handlerOf: Scenario['handlerOf'] = (tools) => entrypoint(takeDbSnapshots, tools);

const daily: Scenario = {
  name: 'take-db-snapshots/daily',
  stores: ['simpledb', 'dynamodb'],
  thorough: true,
  start,
  handlerOf,
  seed: seedDaily,
};

/** Snapshots take an hour, in which RDS takes no other one; and one database is changed for half a minute first. */
const slow: Scenario = {
  name: 'take-db-snapshots/slow',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const databases = [await makeInstance(world, 'orders'), await makeInstance(world, 'users')];
    world.time.moveTo(start);
    world.sandbox.slowSnapshots({ pendingSeconds: 3_600 });
    world.sandbox.setDatabaseState('db:users', 'modifying');
    const changed = start.getTime() + 30_000;
    world.time.onMove((now) => {
      if (now.getTime() >= changed) world.sandbox.setDatabaseState('db:users', undefined);
    });
    return {
      event: { ...event, databases: { instances: ['orders', 'users'] } },
      settled: (seen) => taken(databases, seen),
    };
  },
};

/** The first snapshot of the slot has failed: it keeps its identifier, and the slot is taken under another one. */
const failed: Scenario = {
  name: 'take-db-snapshots/failed',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const databases = [await makeInstance(world, 'orders')];
    world.time.moveTo(start);
    world.sandbox.slowSnapshots({ pendingSeconds: 0, endState: 'error' });
    const { expires, ...names } = { expires: '2026-11-28T02:15:03.000Z', DBInstanceIdentifier: 'orders' };
    const tags = tagsOf({ source: 'db:orders', slot, expires });
    const id = 'groundskeeper-faults-db-daily-20261121t021500-orders-207a5bb3e1';
    const failing = new CreateDBSnapshotCommand({ ...names, DBSnapshotIdentifier: id, Tags: tagList(tags) });
    await rdsIn(world, region).send(failing);
    world.sandbox.slowSnapshots({ pendingSeconds: 0 });
    return {
      event: { ...event, databases: { instances: ['orders'] } },
      settled: (seen) => taken(databases, seen),
    };
  },
};

/** One of the databases is deleted while the run is under way. */
const vanishing: Scenario = {
  name: 'take-db-snapshots/vanishing',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const staying = await makeInstance(world, 'orders');
    const leaving = await makeInstance(world, 'users');
    world.time.moveTo(start);
    let gone = false;
    const leave = async () => {
      gone = true;
      const last = { DBInstanceIdentifier: 'users', SkipFinalSnapshot: true };
      await rdsIn(world, region).send(new DeleteDBInstanceCommand(last));
    };
    return {
      event,
      meanwhile: { 'database-deleted': leave },
      settled: (seen) => {
        const wasTaken = ofSlot(seen).some(({ volume }) => volume === leaving);
        return taken(gone && !wasTaken ? [staying] : [staying, leaving], seen);
      },
    };
  },
};

/** The job allows one snapshot: every try fails saying so, and no try takes another one. */
const limited: Scenario = {
  name: 'take-db-snapshots/limited',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const first = await makeInstance(world, 'orders');
    await makeInstance(world, 'users');
    world.time.moveTo(start);
    return {
      event: { ...event, maxActions: 1 },
      endsWith: 'LimitExceededError',
      settled: (seen) => taken([first], seen),
    };
  },
};

export const takeDbSnapshotsScenarios: readonly Scenario[] = [daily, slow, failed, vanishing, limited];
