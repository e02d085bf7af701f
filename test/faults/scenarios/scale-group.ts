/** A group grows by its alarm once, goes by the clock against any alarm, and gets back what it had before a person's. */
import { SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import { scaleGroup } from '../../../functions/scale-group/run.ts';
import { entrypoint } from '../../../shared/entrypoint.ts';
import {
  alarmEvent,
  type GroupClients,
  makeAlarm,
  makeAutoScalingGroup,
  makeQueue,
  setAlarm,
} from '../../groups.ts';
import { accountOf } from '../account.ts';
import { capacityOf, isOverridden, stateOf } from '../claims-groups.ts';
import type { Look } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

/** A Friday. */
const start = new Date('2026-11-20T21:00:00Z');
export const handlerOf: Scenario['handlerOf'] = (tools) => entrypoint(scaleGroup, tools);

const job = { group: 'web', autoScalingGroup: 'web', minimum: 0, maximum: 10 };
const stepOf = (alarm: string, change: number) => ({
  kind: 'step',
  alarm,
  steps: [change > 0 ? { lowerBound: 0, change } : { upperBound: 0, change }],
});

async function makeGroup(
  world: World,
  desired: number,
  anHourAgo: (account: GroupClients) => Promise<unknown> = async () => {},
): Promise<void> {
  const account = accountOf(world);
  world.time.moveTo(new Date(start.getTime() - 3_600_000));
  await makeAutoScalingGroup(account, 'web', { desired });
  for (const alarm of ['cpu-high', 'cpu-low', 'idle']) await makeAlarm(account, alarm, 60);
  await anHourAgo(account);
  world.time.moveTo(start);
}

const has = (capacity: number, seen: Look): string[] =>
  capacityOf('web', seen) === capacity ? [] : [`web has ${capacityOf('web', seen)}, and not ${capacity}`];

/** What was begun was settled, too. */
const isAtRest = (seen: Look): string[] =>
  stateOf('web', seen).begun === undefined ? [] : ['what was begun with web is neither done nor forgotten'];

/** By two, once; a tick comes at the same time, or somebody else sets the capacity. */
const alarm: Scenario = {
  name: 'scale-group/alarm',
  stores: ['simpledb', 'dynamodb'],
  thorough: true,
  start,
  handlerOf,
  seed: async (world) => {
    await makeGroup(world, 2);
    const account = accountOf(world);
    await setAlarm(account, 'cpu-high', 'ALARM');
    const policies = [stepOf('cpu-high', 2), stepOf('cpu-low', -1)];
    const allowed = new Set([4]);
    return {
      event: { job: { ...job, policies }, event: alarmEvent('cpu-high', start, 75) },
      observed: (seen) => ([2, ...allowed].includes(capacityOf('web', seen)) ? [] : has(4, seen)),
      settled: (seen) => (allowed.has(capacityOf('web', seen)) ? isAtRest(seen) : has(4, seen)),
      meanwhile: {
        'somebody-sets': async () => {
          for (const capacity of [5, 7]) allowed.add(capacity);
          const wanted = { AutoScalingGroupName: 'web', DesiredCapacity: 5 };
          await account.autoScaling.send(new SetDesiredCapacityCommand(wanted));
        },
      },
      alongside: { tick: async () => ({ ...job, policies, cause: 'tick' }) },
    };
  },
};

/** Nothing runs at night, though load and queue ask for more. */
const evening: Scenario = {
  name: 'scale-group/evening',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    await makeGroup(world, 3);
    const account = accountOf(world);
    await setAlarm(account, 'cpu-high', 'ALARM');
    await makeQueue(account, 'work', 20);
    const backlog = { kind: 'backlog', queue: 'work', secondsPerMessage: 10, acceptableSeconds: 50 };
    return {
      event: {
        ...job,
        cause: 'schedule',
        policies: [stepOf('cpu-high', 2), backlog],
        schedule: [
          { at: '07:00', minimum: 2 },
          { at: '21:00', capacity: 0 },
        ],
      },
      settled: (seen) => [...has(0, seen), ...isAtRest(seen)],
    };
  },
};

/** One fewer while an alarm rings, down to the schedule's floor. */
const floor: Scenario = {
  name: 'scale-group/floor',
  stores: ['simpledb'],
  sparing: true,
  start,
  handlerOf,
  seed: async (world) => {
    await makeGroup(world, 4, async (account) => setAlarm(account, 'idle', 'ALARM'));
    const policies = [{ kind: 'step', alarm: 'idle', steps: [{ lowerBound: 0, change: -1 }] }];
    return {
      event: { ...job, cause: 'tick', policies, schedule: [{ at: '07:00', minimum: 3 }] },
      observed: (seen) => (capacityOf('web', seen) < 3 ? ['web has fewer than its schedule says'] : []),
      settled: (seen) => [...has(3, seen), ...isAtRest(seen)],
    };
  },
};

/** A person's six have ended a minute ago. */
const overrideEnd: Scenario = {
  name: 'scale-group/override-end',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    await makeGroup(world, 6);
    const until = new Date(start.getTime() - 60_000).toISOString();
    const state = JSON.stringify({ override: { capacity: 6, until, before: 3 } });
    await world.ledger.writeState('scale/web', state, undefined);
    return {
      event: { ...job, cause: 'tick' },
      settled: (seen) => [
        ...has(3, seen),
        ...isAtRest(seen),
        ...(stateOf('web', seen).override ? ['the override that has ended is remembered still'] : []),
      ],
    };
  },
};

/** A person asks for six until the next morning. */
const override: Scenario = {
  name: 'scale-group/override',
  stores: ['simpledb'],
  sparing: true,
  start,
  handlerOf,
  seed: async (world) => {
    await makeGroup(world, 3);
    const kept = JSON.stringify({ capacity: 6, until: '2026-11-21T06:00:00.000Z', before: 3 });
    const remembered = (seen: Look) =>
      JSON.stringify(stateOf('web', seen).override) === kept ? [] : ['the override is not remembered'];
    return {
      event: { ...job, override: { capacity: 6, until: '06:00' } },
      settled: (seen) => [...has(6, seen), ...isAtRest(seen), ...remembered(seen)],
    };
  },
};

/** Another person ends it: the next tick gives the group back what it had. */
const endOverride: Scenario = {
  name: 'scale-group/end-override',
  stores: ['simpledb'],
  sparing: true,
  start,
  handlerOf,
  seed: async (world) => {
    await makeGroup(world, 6);
    const state = { override: { capacity: 6, until: '2026-11-21T06:00:00.000Z', before: 3 } };
    await world.ledger.writeState('scale/web', JSON.stringify(state), undefined);
    return {
      event: { ...job, override: 'end' },
      settled: (seen) => [
        ...has(6, seen),
        ...(isOverridden('web', seen) ? ['the override holds still'] : []),
        ...(stateOf('web', seen).override ? [] : ['no tick would know of the override that has ended']),
      ],
    };
  },
};

export const scaleGroupScenarios: readonly Scenario[] = [
  alarm,
  evening,
  floor,
  overrideEnd,
  override,
  endOverride,
];
