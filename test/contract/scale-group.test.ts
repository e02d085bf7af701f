/** Whole runs of scale-group against the local AWS: an Auto Scaling group. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  alarmEvent,
  desiredCapacity,
  makeAlarm,
  makeAutoScalingGroup,
  makeQueue,
  setAlarm,
} from '../groups.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { scaling, told } from './scale-group-harness.ts';

/** A Saturday. */
const start = new Date('2026-11-21T12:00:00.000Z');

let sandbox: Sandbox;
let world: ReturnType<typeof scaling>;

beforeAll(async () => {
  sandbox = await startSandbox();
});

beforeEach(async () => {
  await sandbox.reset();
  world = scaling(sandbox, start);
});

afterAll(() => sandbox?.close());

const step = {
  kind: 'step',
  alarm: 'cpu-high',
  steps: [
    { lowerBound: 0, upperBound: 20, change: 1 },
    { lowerBound: 20, change: 3 },
  ],
};

describe('an Auto Scaling group', () => {
  const job = { group: 'web', autoScalingGroup: 'web', minimum: 1, maximum: 8 };
  const tick = { ...job, cause: 'tick' };
  const desired = () => desiredCapacity(world.raw, 'web');

  beforeEach(async () => {
    await makeAutoScalingGroup(world.raw, 'web', { desired: 2 });
    await makeAlarm(world.raw, 'cpu-high', 60);
    world.after(3_600);
  });

  const ring = async (value: number) => {
    await setAlarm(world.raw, 'cpu-high', 'ALARM');
    return { job: { ...job, policies: [step] }, event: alarmEvent('cpu-high', world.clock.now(), value) };
  };

  test('grows by its alarm, and says by which arithmetic', async () => {
    const report = await world.run(await ring(83.4));
    expect(await desired()).toBe(5);
    expect(report.outcomes).toEqual([
      {
        resource: 'web',
        decision: 'scale-out',
        reason: 'step',
        outcome: 'done',
        detail: expect.stringMatching(/^\+3: 23\.4 over the threshold 60 .*\(by alarm cpu-high\)$/),
      },
    ]);
  });

  test('grows once by one event, however often that comes', async () => {
    const event = await ring(70);
    await world.run(event);
    for (const seconds of [1, 60, 7_200]) {
      world.after(seconds);
      expect(told(await world.run(event))).toEqual(['web keep already-acted: kept']);
    }
    expect(await desired()).toBe(3);
  });

  test('grows on by its ticks while the alarm rings, after the cooldown', async () => {
    const { job: withAlarm, event } = await ring(70);
    const again = { ...withAlarm, cause: 'tick', warmupSeconds: 0 };
    await world.run({ job: withAlarm, event });
    world.after(30);
    expect(told(await world.run(again))).toEqual(['web keep cooldown-out: kept']);
    world.after(60);
    expect(told(await world.run(again))).toEqual(['web scale-out step: done']);
    expect(await desired()).toBe(4);
  });

  test('shrinks to the schedule, whatever its alarm says, and grows again with it', async () => {
    const office = {
      ...job,
      cause: 'schedule',
      timezone: 'Europe/Berlin',
      schedule: [
        { at: '08:00', minimum: 4 },
        { at: '20:00', capacity: 1 },
      ],
    };
    await world.run(office); // 14:00 in Berlin
    expect(await desired()).toBe(4);
    world.after(6 * 3_600);
    expect(told(await world.run(office))).toEqual(['web scale-in schedule: done']);
    expect(await desired()).toBe(1);
  });

  test('has what a person says until then, and what it had before after it', async () => {
    await world.run({ ...job, override: { capacity: 6, until: '22:00' } });
    expect(await desired()).toBe(6);
    world.after(3_600);
    expect(told(await world.run(tick))).toEqual(['web keep overridden: kept']);
    world.after(10 * 3_600);
    expect(told(await world.run(tick))).toEqual(['web scale-in override-ended: done']);
    expect(await desired()).toBe(2);
    expect(told(await world.run(tick))).toEqual(['web keep enough: kept']);
  });

  test('is left as it is where the end of what a person says has passed', async () => {
    const from = sandbox.calls.length;
    const late = { ...job, override: { capacity: 6, until: '2026-11-21T12:30:00Z' } };
    await expect(world.run(late)).rejects.toThrow(
      /2026-11-21T12:30:00.000Z: expected a moment within a year/,
    );
    expect(world.writes(from)).toEqual([]);
    expect(told(await world.run(tick))).toEqual(['web keep enough: kept']);
  });

  test('gets back what it had when a person ends it early', async () => {
    await world.run({ ...job, override: { capacity: 6, until: '22:00' } });
    const typed = { ...job, override: 'end' };
    expect(told(await world.run({ ...typed, dryRun: true }))).toEqual(['web end-override by-hand: withheld']);
    expect(told(await world.run(typed))).toEqual(['web end-override by-hand: done']);
    // What was typed has no schedule, whose floor holds: only the plan's own job carries it out.
    expect(await desired()).toBe(6);
    expect(told(await world.run(typed))).toEqual(['web end-override none-holds: kept']);
    const planned = { ...tick, schedule: [{ at: '08:00', minimum: 4 }] };
    expect(told(await world.run(planned))).toEqual(['web scale-in override-ended: done']);
    expect(await desired()).toBe(4);
  });

  test('only shows in a dry run what it would do', async () => {
    const from = sandbox.calls.length;
    const { job: withAlarm, event } = await ring(70);
    const wired = sandbox.calls.length;
    const report = await world.run({ job: { ...withAlarm, dryRun: true }, event });
    expect(told(report)).toEqual(['web scale-out step: withheld']);
    expect(sandbox.calls.slice(wired).filter(({ action }) => !/^(Describe|Get)/.test(action))).toEqual([]);
    expect(world.writes(from)).toEqual(['SetAlarmState']);
    expect(await desired()).toBe(2);
  });

  test('is left alone while AWS is at it, and the next tick goes on', async () => {
    const event = await ring(70);
    sandbox.inject({
      action: 'SetDesiredCapacity',
      times: 1,
      effect: { kind: 'error', code: 'ScalingActivityInProgress' },
    });
    expect(told(await world.run(event))).toEqual(['web scale-out activity-in-progress: kept']);
    world.after(60);
    expect(told(await world.run({ ...event.job, cause: 'tick' }))).toEqual(['web scale-out step: done']);
    expect(await desired()).toBe(3);
  });

  test('takes a lost answer for neither done nor undone, but looks', async () => {
    const event = await ring(70);
    sandbox.inject({ action: 'SetDesiredCapacity', times: 1, effect: { kind: 'reset', executed: true } });
    await world.run(event);
    world.after(60);
    expect(told(await world.run(event))).toEqual(['web keep already-acted: kept']);
    expect(await desired()).toBe(3);
  });

  test('has as many as its queue needs', async () => {
    await makeQueue(world.raw, 'work', 50);
    const backlog = { kind: 'backlog', queue: 'work', secondsPerMessage: 10, acceptableSeconds: 100 };
    const report = await world.run({ ...tick, policies: [backlog] });
    expect(told(report)).toEqual(['web scale-out backlog: done']);
    expect(await desired()).toBe(5);
  });

  test('that does not exist is an error, and nothing is done', async () => {
    const from = sandbox.calls.length;
    await expect(world.run({ ...job, autoScalingGroup: 'other' })).rejects.toThrow(
      /There is no Auto Scaling group other/,
    );
    expect(world.writes(from)).toEqual([]);
  });

  /** It renews its lease while this one waits. */
  const anotherIsAtWork = async () => {
    await world.ledger.acquire({
      slot: 'scale/web',
      holder: 'another',
      now: world.clock.now(),
      leaseSeconds: 45,
      expires: world.clock.now(),
    });
    const { sleep } = world.clock;
    world.clock.sleep = async (milliseconds) => {
      await sleep(milliseconds);
      await world.ledger.renew('scale/web', 'another', new Date(world.clock.now().getTime() + 45_000));
    };
  };

  test('is left to another run that is at work', async () => {
    await anotherIsAtWork();
    const from = world.clock.now();
    const event = await ring(70);
    expect(told(await world.run(event))).toEqual(['web keep another-run: kept']);
    expect(await desired()).toBe(2);
    expect(world.clock.now().getTime() - from.getTime()).toBeLessThan(60_000);
  });

  test.each([{ capacity: 6, until: '22:00' }, 'end'])(
    'tells a person that %j was not taken, since another run is at work',
    async (override) => {
      await anotherIsAtWork();
      await expect(world.run({ ...job, override })).rejects.toThrow(
        /Another run is at work on web: the override was not taken/,
      );
      expect(await desired()).toBe(2);
    },
  );
});
