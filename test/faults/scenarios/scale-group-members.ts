/** Instances with a tag are started and registered, drained and stopped, each once and none at work. */
import { alarmEvent, makeAlarm, setAlarm } from '../../groups.ts';
import { accountOf } from '../account.ts';
import { capacityOf, mark, membersOf, ownGroup, stateOf } from '../claims-groups.ts';
import type { Look } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import type { World } from '../world.ts';
import { handlerOf } from './scale-group.ts';
import {
  leaveClassic,
  leaveTargetGroup,
  makeShop,
  markAsDraining,
  protect,
  type Shop,
  unmark,
} from './scale-group-seeds.ts';

const start = new Date('2026-11-20T09:00:00Z');

const minutesBefore = (minutes: number): Date => new Date(start.getTime() - minutes * 60_000);

async function seedShop(
  world: World,
  counts: { up: number; stopped: number },
  longAgo: (shop: Shop) => Promise<void> = async () => {},
): Promise<Shop> {
  world.time.moveTo(minutesBefore(60));
  const shop = await makeShop(world, counts);
  await longAgo(shop);
  world.sandbox.slowInstances({ startSeconds: 30, stopSeconds: 30 });
  world.time.moveTo(start);
  return shop;
}

/** As many count, all of them at work, and nothing is left half done. */
function isWhole(capacity: number, seen: Look): string[] {
  const own = membersOf(ownGroup, seen);
  const idle = own.filter(({ state, registered }) => state === 'running' && registered.length < 2);
  return [
    ...(capacityOf(ownGroup, seen) === capacity
      ? []
      : [`shop has ${capacityOf(ownGroup, seen)}, not ${capacity}`]),
    ...idle.map(({ id }) => `${id} runs, and is not registered everywhere`),
    ...own.filter(({ tags }) => tags[mark] !== undefined).map(({ id }) => `${id} is marked still`),
    ...(stateOf(ownGroup, seen).begun ? ['what was begun with shop is neither done nor forgotten'] : []),
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
      observed: (seen) => (capacityOf(ownGroup, seen) > 3 ? ['more were started than the step says'] : []),
      settled: (seen) => isWhole(3, seen),
      meanwhile: { 'zone-full': async () => world.sandbox.fillZone('us-east-1a', true) },
    };
  },
};

/** Down to one: drained for a while, then stopped. Somebody protects the first to go meanwhile. */
const shrinking: Scenario = {
  name: 'scale-group/members-stop',
  stores: ['simpledb'],
  sparing: true,
  start,
  handlerOf,
  seed: async (world) => {
    const { job, up } = await seedShop(world, { up: 3, stopped: 1 });
    // Of equals in the zone that has two it is told by its id.
    const first = [up[0] ?? '', up[2] ?? ''].sort().slice(0, 1);
    return {
      event: { ...job, cause: 'schedule', schedule: [{ at: '08:00', capacity: 1 }] },
      goesOn: 3,
      settled: (seen) => isWhole(1, seen),
      meanwhile: { protected: () => protect(world, first) },
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
    const one = up.slice(0, 1);
    await markAsDraining(world, one, minutesBefore(1));
    await leaveClassic(world, one);
    world.time.moveTo(start);
    return {
      event: { ...job, minimum: 2, cause: 'tick' },
      // If it is refused there, another is started in its place, and it is stopped.
      goesOn: 2,
      settled: (seen) => isWhole(2, seen),
    };
  },
};

/** One is gone from its balancers, and is to be stopped. Somebody wants it kept. */
const leaving: Scenario = {
  name: 'scale-group/members-leave',
  stores: ['simpledb'],
  sparing: true,
  start,
  handlerOf,
  seed: async (world) => {
    let one: string[] = [];
    const { job } = await seedShop(world, { up: 2, stopped: 0 }, async ({ up, targetGroup }) => {
      one = up.slice(0, 1);
      await markAsDraining(world, one, minutesBefore(10));
      await leaveClassic(world, one);
      await leaveTargetGroup(world, targetGroup, one);
    });
    const isStopped = (seen: Look) => one.some((id) => seen.instances.get(id)?.state === 'stopped');
    return {
      event: { ...job, minimum: 1, cause: 'tick' },
      goesOn: 1,
      settled: (seen) => isWhole(isStopped(seen) ? 1 : 2, seen),
      meanwhile: {
        protected: () => protect(world, one),
        'wanted-back': () => unmark(world, one),
      },
    };
  },
};

export const scaleGroupMembersScenarios: readonly Scenario[] = [growing, shrinking, returning, leaving];
