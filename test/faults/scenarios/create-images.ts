import { CreateImageCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { createImages } from '../../../functions/create-images/run.ts';
import { imageName } from '../../../shared/backups/image-name.ts';
import { entrypoint } from '../../../shared/entrypoint.ts';
import { extraTagKeys, tagKeys } from '../../../shared/tags.ts';
import type { Look, SeenSnapshot } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import { owner, type World } from '../world.ts';
import { makeServer, rowOf, type Server, tagsOf } from './seeds.ts';

const start = new Date('2026-11-22T03:30:02.000Z');
const slot = 'machine/weekly/2026-11-22T03:30:00Z';
const expires = '2026-12-22T03:30:00.000Z';

const event = {
  backup: 'machine',
  instances: { tags: { Role: ['web'] } },
  tier: 'weekly',
  keep: '1 month',
  every: '1 week',
  scheduledTime: '2026-11-22T03:30:00Z',
};

const handlerOf: Scenario['handlerOf'] = (tools) => entrypoint(createImages, tools);

/** Images and snapshots of the slot that have not failed. */
const ofSlot = ({ snapshots }: Look): SeenSnapshot[] =>
  [...snapshots.values()].filter(
    ({ state, tags }) => state !== 'error' && tags[tagKeys.owner] === owner && tags[tagKeys.slot] === slot,
  );

/** Each of these has its one image of these volumes, the row with its name, and no other instance has any. */
function imaged(servers: readonly Server[], seen: Look): string[] {
  const made = ofSlot(seen);
  const strays = made.filter(({ tags }) => !servers.some(({ id }) => id === tags[tagKeys.source]));
  return [
    ...strays.map(({ id }) => `${id} is of a wrong instance`),
    ...servers.flatMap((server) => imagedOf(server, made, seen)),
  ];
}

function imagedOf({ id, volumes }: Server, made: readonly SeenSnapshot[], { rows }: Look): string[] {
  const [image, ...others] = made.filter(({ volume }) => volume === id);
  if (!image || others.length > 0) return [`${id} has ${others.length + (image ? 1 : 0)} images`];
  const name = image.image ?? '';
  const parts = made.filter((part) => part.id !== image.id && part.image === name);
  const row = rows.get(`${slot}/${id}`);
  const agrees = row?.['resource'] === name && row['expires'] === image.tags[tagKeys.expires];
  const holds = parts.map(({ volume }) => volume).sort();
  return [
    ...(agrees ? [] : [`${name} has the row ${JSON.stringify(row)}`]),
    ...(holds.join() === [...volumes].sort().join() ? [] : [`${name} holds ${holds.join(', ')}`]),
  ];
}

/** An image as another run of ours, or another stage, makes it. */
async function makeImage(world: World, instance: string, whose = owner): Promise<string> {
  const tags = {
    ...tagsOf({ source: instance, slot, expires }),
    [tagKeys.owner]: whose,
  };
  const name = imageName({ owner: whose, slot, source: instance });
  const specification = (ResourceType: 'image' | 'snapshot', all: Readonly<Record<string, string>>) => ({
    ResourceType,
    Tags: Object.entries(all).map(([Key, Value]) => ({ Key, Value })),
  });
  await world.ec2.send(
    new CreateImageCommand({
      InstanceId: instance,
      Name: name,
      NoReboot: true,
      TagSpecifications: [
        specification('image', tags),
        specification('snapshot', { ...tags, [extraTagKeys.image]: name }),
      ],
    }),
  );
  return name;
}

/** Two to take, whose snapshots take hours. */
const weekly: Scenario = {
  name: 'create-images/weekly',
  stores: ['simpledb', 'dynamodb'],
  thorough: true,
  start,
  handlerOf,
  seed: async (world) => {
    const servers = [await makeServer(world, { Role: 'web' }), await makeServer(world, { Role: 'web' })];
    world.time.moveTo(start);
    world.sandbox.slowSnapshots({ pendingSeconds: 6 * 3_600 });
    return { event, settled: (seen) => imaged(servers, seen) };
  },
};

/** The image that an earlier delivery made has failed: another one is made, of the boot volume alone. Another stage's stands. */
const failed: Scenario = {
  name: 'create-images/failed',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const server = await makeServer(world, { Role: 'web' });
    const [boot = ''] = server.volumes;
    world.time.moveTo(start);
    world.sandbox.failSnapshotsOf(boot, true);
    const name = await makeImage(world, server.id);
    world.sandbox.failSnapshotsOf(boot, false);
    await makeImage(world, server.id, 'groundskeeper-other');
    const row = rowOf({ source: server.id, slot, expires }, name);
    await world.ledger.put([{ ...row, kind: 'image', key: `${row.key}/${name}` }]);
    return {
      event: { ...event, instances: { ids: [server.id] }, dataVolumes: false, reboot: true },
      settled: (seen) => imaged([{ ...server, volumes: [boot] }], seen),
    };
  },
};

/** One of the instances is terminated while the run is under way. */
const vanishing: Scenario = {
  name: 'create-images/vanishing',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const staying = await makeServer(world, { Role: 'web' });
    const leaving = await makeServer(world, { Role: 'web' });
    world.time.moveTo(start);
    let gone = false;
    const leave = async () => {
      gone = true;
      await world.ec2.send(new TerminateInstancesCommand({ InstanceIds: [leaving.id] }));
    };
    return {
      event,
      meanwhile: { 'instance-terminated': leave },
      settled: (seen) => {
        const wasTaken = ofSlot(seen).some(({ volume }) => volume === leaving.id);
        return imaged(gone && !wasTaken ? [staying] : [staying, leaving], seen);
      },
    };
  },
};

/** The job allows one image: every try fails saying so, and no try takes another one. */
const limited: Scenario = {
  name: 'create-images/limited',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const first = await makeServer(world, { Role: 'web' });
    await makeServer(world, { Role: 'web' });
    world.time.moveTo(start);
    return {
      event: { ...event, maxActions: 1 },
      endsWith: 'LimitExceededError',
      settled: (seen) => imaged([first], seen),
    };
  },
};

export const createImagesScenarios: readonly Scenario[] = [weekly, failed, vanishing, limited];
