/** Whole runs of scale-group against the local AWS where its load cannot be measured. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { desiredCapacity, makeAlarm, makeAutoScalingGroup, setAlarm } from '../groups.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { scaling, told } from './scale-group-harness.ts';

const start = new Date('2026-11-21T12:00:00.000Z');

let sandbox: Sandbox;
let world: ReturnType<typeof scaling>;

beforeAll(async () => {
  sandbox = await startSandbox();
});

beforeEach(async () => {
  await sandbox.reset();
  world = scaling(sandbox, start);
  await makeAutoScalingGroup(world.raw, 'web', { desired: 2 });
  world.after(3_600);
});

afterAll(() => sandbox?.close());

const metric = { namespace: 'AWS/EC2', name: 'CPUUtilization' };
const step = { kind: 'step', alarm: 'cpu-high', steps: [{ change: 1 }] };
const target = { kind: 'target', metric, value: 50 };
const backlog = { kind: 'backlog', queue: 'work', secondsPerMessage: 1, acceptableSeconds: 60 };
const job = (overrides: object) => ({
  group: 'web',
  autoScalingGroup: 'web',
  minimum: 1,
  maximum: 8,
  cause: 'tick',
  ...overrides,
});
const desired = () => desiredCapacity(world.raw, 'web');
const deny = (action: string) =>
  sandbox.inject({ action, times: 99, effect: { kind: 'error', code: 'AccessDenied' } });

describe('a group whose load cannot be read', () => {
  const night = { schedule: [{ at: '08:00', capacity: 1 }] };

  test.each([
    ['GetMetricData', target],
    ['DescribeAlarms', step],
    ['GetQueueUrl', backlog],
  ])('has its floor and its night all the same, and the run fails: %s', async (action, policy) => {
    deny(action);
    const failed = /measure web: failed: signal-unusable/;
    await expect(world.run(job({ minimum: 4, policies: [policy] }))).rejects.toThrow(failed);
    expect(await desired()).toBe(4);
    await expect(world.run(job({ ...night, policies: [policy] }))).rejects.toThrow(failed);
    expect(await desired()).toBe(1);
  });

  test('follows the policies that can be read', async () => {
    await makeAlarm(world.raw, 'cpu-high', 60);
    await setAlarm(world.raw, 'cpu-high', 'ALARM');
    deny('GetQueueUrl');
    await expect(world.run(job({ policies: [step, backlog] }))).rejects.toThrow(/signal-unusable/);
    expect(await desired()).toBe(3);
  });

  test('does not wait for it longer than half a minute', async () => {
    sandbox.inject({ action: 'GetMetricData', times: 999, effect: { kind: 'reset', executed: false } });
    const from = world.clock.now().getTime();
    await expect(world.run(job({ minimum: 4, policies: [target] }))).rejects.toThrow(/signal-unusable/);
    expect(await desired()).toBe(4);
    expect(world.clock.now().getTime() - from).toBeLessThan(45_000);
  });

  test('has what a person says without anybody asking for it', async () => {
    const override = { capacity: 6, until: '22:00' };
    for (const action of ['GetMetricData', 'DescribeAlarms', 'GetQueueUrl']) deny(action);
    const policies = [step, target, backlog];
    expect(told(await world.run(job({ policies, override })))).toEqual(['web scale-out override: done']);
    expect(told(await world.run(job({ policies })))).toEqual(['web keep overridden: kept']);
  });
});

describe('a policy that goes by what does not exist', () => {
  test('fails each run, in one outcome for all', async () => {
    const run = world.run(job({ policies: [step, step, backlog] }));
    await expect(run).rejects.toThrow(
      /^.*\nmeasure web: failed: signal-unusable \(there is no alarm cpu-high; there is no queue work\)$/,
    );
  });

  test('does not fail for data that are missing, which come and go', async () => {
    await makeAlarm(world.raw, 'cpu-high', 60);
    await setAlarm(world.raw, 'cpu-high', 'INSUFFICIENT_DATA');
    expect(told(await world.run(job({ policies: [step, target] })))).toEqual([
      'web keep signal-unknown: kept',
    ]);
  });
});
