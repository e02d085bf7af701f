/** Instances with a tag are started and registered, drained and stopped, each once and none at work. */
import { CreateTagsCommand } from '@aws-sdk/client-ec2';
import { DeregisterInstancesFromLoadBalancerCommand } from '@aws-sdk/client-elastic-load-balancing';
import { alarmEvent, makeAlarm, setAlarm } from '../../groups.ts';
import { accountOf } from '../account.ts';
import { capacityOf, mark, membersOf, stateOf } from '../claims-groups.ts';
import type { Look } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import type { World } from '../world.ts';
import { handlerOf } from './scale-group.ts';
import { makeShop, type Shop } from './scale-group-seeds.ts';

const start = new Date('2026-11-20T09:00:00Z');

async function seedShop(world: World, counts: { up: number; stopped: number }): Promise<Shop> {
  world.time.moveTo(new Date(start.getTime() - 3_600_000));
  const shop = await makeShop(world, counts);
  world.sandbox.slowInstances({ startSeconds: 30, stopSeconds: 30 });
  world.time.moveTo(start);
  return shop;
}

/** As many count, all of them at work, and nothing is left half done. */
function isWhole(capacity: number, seen: Look): string[] {
  const own = membersOf('shop', seen);
  const idle = own.filter(({ state, registered }) => state === 'running' && registered.length < 2);
  return [
    ...(capacityOf('shop', seen) === capacity
      ? []
      : [`shop has ${capacityOf('shop', seen)}, not ${capacity}`]),
    ...idle.map(({ id }) => `${id} runs, and is not registered everywhere`),
    ...own.filter(({ tags }) => tags[mark] !== undefined).map(({ id }) => `${id} is marked still`),
    ...(stateOf('shop', seen).begun ? ['what was begun with shop is neither done nor forgotten'] : []),
  ];
}

/** One of two zones has no room, by then. */
const growing: Scenario = {
  name: 'scale-group/members-start',
  stores: ['simpledb'],
  sparing: true,
  start,
  handlerOf,
  seed: async (world) => {
    const { job } = await seedShop(world, { up: 1, stopped: 4 });
    const account = accountOf(world);
    await makeAlarm(account, 'shop-busy', 60);
    world.time.moveTo(start);
    await setAlarm(account, 'shop-busy', 'ALARM');
    const policies = [{ kind: 'step', alarm: 'shop-busy', steps: [{ lowerBound: 0, change: 2 }] }];
    return {
      event: { job: { ...job, policies }, event: alarmEvent('shop-busy', start, 75) },
      goesOn: 1,
      observed: (seen) => (capacityOf('shop', seen) > 3 ? ['more were started than the step says'] : []),
      settled: (seen) => isWhole(3, seen),
      meanwhile: { 'zone-full': async () => world.sandbox.fillZone('us-east-1a', true) },
    };
  },
};

/** Down to one: drained for a while, then stopped. Somebody protects one of them meanwhile. */
const shrinking: Scenario = {
  name: 'scale-group/members-stop',
  stores: ['simpledb'],
  sparing: true,
  start,
  handlerOf,
  seed: async (world) => {
    const { job, up } = await seedShop(world, { up: 3, stopped: 1 });
    let shielded = 0;
    const shield = async () => {
      shielded = 1;
      const Tags = [{ Key: 'groundskeeper:protected', Value: 'yes' }];
      await accountOf(world).ec2.send(new CreateTagsCommand({ Resources: up.slice(0, 1), Tags }));
    };
    return {
      event: { ...job, cause: 'schedule', schedule: [{ at: '08:00', capacity: 1 }] },
      goesOn: 3,
      settled: (seen) =>
        capacityOf('shop', seen) === 1 + shielded ? isWhole(1 + shielded, seen) : isWhole(1, seen),
      meanwhile: { protected: shield },
    };
  },
};

/** One drains, its classic balancer has let it go, and it is wanted again. */
const returning: Scenario = {
  name: 'scale-group/members-return',
  stores: ['simpledb'],
  sparing: true,
  start,
  handlerOf,
  seed: async (world) => {
    const { job, up } = await seedShop(world, { up: 2, stopped: 1 });
    const { ec2, elb } = accountOf(world);
    const Tags = [{ Key: mark, Value: new Date(start.getTime() - 60_000).toISOString() }];
    await ec2.send(new CreateTagsCommand({ Resources: up.slice(0, 1), Tags }));
    const Instances = up.slice(0, 1).map((InstanceId) => ({ InstanceId }));
    await elb.send(
      new DeregisterInstancesFromLoadBalancerCommand({ LoadBalancerName: 'shop-old', Instances }),
    );
    world.time.moveTo(start);
    return {
      event: { ...job, minimum: 2, cause: 'tick' },
      settled: (seen) => isWhole(2, seen),
    };
  },
};

export const scaleGroupMembersScenarios: readonly Scenario[] = [growing, shrinking, returning];
