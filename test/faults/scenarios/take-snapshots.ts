import { AttachVolumeCommand, DeleteVolumeCommand } from '@aws-sdk/client-ec2';
import { takeSnapshots } from '../../../functions/take-snapshots/run.ts';
import { entrypoint } from '../../../shared/entrypoint.ts';
import { extraTagKeys, tagKeys } from '../../../shared/tags.ts';
import type { Look, SeenSnapshot } from '../look.ts';
import type { Scenario, Seeded } from '../scenario.ts';
import { owner, type World } from '../world.ts';
import { makeInstance, makeServer, makeSnapshot, makeVolume, type Server } from './seeds.ts';

const start = new Date('2026-11-21T02:15:03.000Z');
const slot = 'data/daily/2026-11-21T02:15:00Z';

const event = {
  backup: 'data',
  volumes: { tags: { Backup: ['data'] } },
  tier: 'daily',
  keep: '7 days',
  every: '1 day',
  scheduledTime: '2026-11-21T02:15:00Z',
};

const ofSlot = ({ snapshots }: Look): SeenSnapshot[] =>
  [...snapshots.values()].filter(({ tags }) => tags[tagKeys.owner] === owner && tags[tagKeys.slot] === slot);

/** Each of these has its one snapshot, the row with its id, and no other volume has any. */
function taken(volumes: readonly string[], seen: Look): string[] {
  const made = ofSlot(seen);
  const strays = made.filter(({ volume }) => !volumes.includes(volume));
  return [
    ...strays.map(({ id }) => `${id} is of a wrong volume`),
    ...volumes.flatMap((volume) => takenOf(volume, made, seen)),
  ];
}

function takenOf(volume: string, made: readonly SeenSnapshot[], { rows }: Look): string[] {
  const ofVolume = made.filter((candidate) => candidate.volume === volume);
  const [snapshot] = ofVolume;
  if (!snapshot || ofVolume.length > 1) return [`${volume} has ${ofVolume.length} snapshots`];
  const row = rows.get(`${slot}/${volume}`);
  const agrees = row?.['resource'] === snapshot.id && row['expires'] === snapshot.tags[tagKeys.expires];
  return agrees ? [] : [`${snapshot.id} has the row ${JSON.stringify(row)}`];
}

/** Two to take, one with more tags than there is room for; one in error; one not selected; one of another owner. */
async function seedDaily(world: World): Promise<Seeded> {
  const many = Object.fromEntries(Array.from({ length: 46 }, (_, index) => [`tag-${index}`, 'x']));
  const volumes = [
    await makeVolume(world, { Backup: 'data', Name: 'one' }),
    await makeVolume(world, { Backup: 'data', ...many }),
  ];
  const broken = await makeVolume(world, { Backup: 'data' });
  world.sandbox.setVolumeState(broken, 'error');
  const other = await makeVolume(world, { Name: 'not selected' });
  await makeSnapshot(
    world,
    { source: other, slot, expires: '2026-11-20T00:00:00.000Z' },
    { [tagKeys.owner]: 'somebody-else', [tagKeys.slot]: slot, [tagKeys.source]: volumes[0] ?? '' },
  );
  world.time.moveTo(start);
  return { event, settled: (seen) => taken(volumes, seen) };
}

const handlerOf: Scenario['handlerOf'] = (tools) => entrypoint(takeSnapshots, tools);

const daily: Scenario = {
  name: 'take-snapshots/daily',
  stores: ['simpledb', 'dynamodb'],
  thorough: true,
  start,
  handlerOf,
  seed: seedDaily,
};

/** The volumes of an instance, whose snapshots take an hour; and EC2 takes one of a volume in 15 seconds. */
const slow: Scenario = {
  name: 'take-snapshots/slow',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const volumes = await makeInstance(world, { Role: 'database' });
    world.time.moveTo(start);
    world.sandbox.slowSnapshots({ pendingSeconds: 3_600 });
    world.sandbox.enforceSnapshotRate(true);
    return {
      event: { ...event, volumes: { ids: volumes } },
      settled: (seen) => taken(volumes, seen),
    };
  },
};

/** One of the volumes is deleted while the run is under way. */
const vanishing: Scenario = {
  name: 'take-snapshots/vanishing',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const staying = await makeVolume(world, { Backup: 'data' });
    const leaving = await makeVolume(world, { Backup: 'data' });
    world.time.moveTo(start);
    let gone = false;
    const leave = async () => {
      gone = true;
      await world.ec2.send(new DeleteVolumeCommand({ VolumeId: leaving }));
    };
    return {
      event,
      meanwhile: { 'volume-deleted': leave },
      settled: (seen) => {
        const wasTaken = ofSlot(seen).some(({ volume }) => volume === leaving);
        return taken(gone && !wasTaken ? [staying] : [staying, leaving], seen);
      },
    };
  },
};

/** The job allows one snapshot: every try fails saying so, and no try takes another one. */
const limited: Scenario = {
  name: 'take-snapshots/limited',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const [first] = [
      await makeVolume(world, { Backup: 'data' }),
      await makeVolume(world, { Backup: 'data' }),
    ];
    world.time.moveTo(start);
    return {
      event: { ...event, maxActions: 1 },
      endsWith: 'LimitExceededError',
      settled: (seen) => taken(first ? [first] : [], seen),
    };
  },
};

/** Each of these instances has one set, whole, of these volumes at least, and the row with its name. */
function setsTaken(servers: readonly Server[], seen: Look): string[] {
  const made = ofSlot(seen);
  const strays = made.filter(({ tags }) => !servers.some(({ id }) => id === tags[tagKeys.source]));
  return [
    ...strays.map(({ id }) => `${id} is of a wrong instance`),
    ...servers.flatMap((server) => setTaken(server, made, seen)),
  ];
}

function setTaken({ id, volumes }: Server, made: readonly SeenSnapshot[], { rows }: Look): string[] {
  const name = `${owner}/${slot}/${id}`;
  const members = made.filter(({ tags }) => tags[extraTagKeys.set] === name);
  const missing = volumes.filter((volume) => !members.some((member) => member.volume === volume));
  const wrong = members.filter(({ tags }) => tags[extraTagKeys.members] !== String(members.length));
  const row = rows.get(`${slot}/${id}`);
  const agrees = row?.['resource'] === name && row['expires'] === members[0]?.tags[tagKeys.expires];
  return [
    ...missing.map((volume) => `${volume} is not in the set ${name}`),
    ...wrong.map((member) => `${member.id} says ${member.tags[extraTagKeys.members]} of ${members.length}`),
    ...(agrees ? [] : [`${name} has the row ${JSON.stringify(row)}`]),
  ];
}

/** Two instances, each of which gets a set; to one of them a volume is attached while the run is under way. */
const sets: Scenario = {
  name: 'take-snapshots/sets',
  stores: ['simpledb'],
  thorough: true,
  start,
  handlerOf,
  seed: async (world) => {
    const servers = [await makeServer(world, { Role: 'web' }), await makeServer(world, { Role: 'web' })];
    await makeServer(world, { Role: 'none' });
    const [first = ''] = servers.map(({ id }) => id);
    const late = await makeVolume(world);
    world.time.moveTo(start);
    world.sandbox.enforceSnapshotRate(true);
    const attach = new AttachVolumeCommand({ VolumeId: late, InstanceId: first, Device: '/dev/sdf' });
    return {
      event: { ...event, volumes: undefined, instances: { tags: { Role: ['web'] } } },
      meanwhile: {
        'volume-attached': async () => {
          await world.ec2.send(attach);
        },
      },
      settled: (seen) => setsTaken(servers, seen),
    };
  },
};

const frozenPaths = ['/var/www', '/srv/data'];
const frozenBackup = {
  tags: { Role: ['shop'] },
  freeze: frozenPaths,
  before: ['sync'],
  after: ['sync'],
};

/** What is frozen on it, once all is over. */
const stillFrozen = ({ machines }: Look): string[] =>
  [...machines].flatMap(([id, { frozen }]) => frozen.map((path) => `${path} of ${id} is frozen`));

/** What says that it is application-consistent was begun while all was frozen. */
function halfFrozen({ snapshots, machines }: Look): string[] {
  const moments = [...machines.values()].flatMap((machine) => machine.snapshots);
  const half = moments.filter(({ frozen }) => frozenPaths.some((path) => !frozen.includes(path)));
  return half
    .flatMap((moment) => moment.snapshots)
    .filter((id) => snapshots.get(id)?.tags[extraTagKeys.consistency] === 'application')
    .map((id) => `${id} is application-consistent by name only`);
}

async function makeShop(world: World): Promise<Server> {
  const server = await makeServer(world, { Role: 'shop' });
  const mounts = frozenPaths.map((target, index) => ({ target, source: `/dev/nvme${index + 1}n1` }));
  world.sandbox.setMounts(server.id, mounts);
  return server;
}

/** A set of an instance whose file systems are frozen; the job wants no other. */
const frozen: Scenario = {
  name: 'take-snapshots/frozen',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const server = await makeShop(world);
    world.time.moveTo(start);
    return {
      event: { ...event, volumes: undefined, instances: frozenBackup },
      settled: (seen) => [...setsTaken([server], seen), ...stillFrozen(seen), ...halfFrozen(seen)],
    };
  },
};

/** The same where Systems Manager does not know the instance, and the job takes what it can have. */
const unfrozen: Scenario = {
  name: 'take-snapshots/unfrozen',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const server = await makeShop(world);
    world.sandbox.setManaged(server.id, false);
    world.time.moveTo(start);
    return {
      event: { ...event, volumes: undefined, instances: { ...frozenBackup, unfrozen: 'take' } },
      settled: (seen) => setsTaken([server], seen),
    };
  },
};

export const takeSnapshotsScenarios: readonly Scenario[] = [
  daily,
  slow,
  vanishing,
  limited,
  sets,
  frozen,
  unfrozen,
];
