/** Whole runs of scale-group against the local AWS: instances with a tag, and their balancers. */
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { RegisterInstancesWithLoadBalancerCommand } from '@aws-sdk/client-elastic-load-balancing';
import { RegisterTargetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  instancesBehind,
  makeInstances,
  makeLoadBalancer,
  makeTargetGroup,
  stopInstances,
  targetsOf,
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

describe('instances with a tag', () => {
  const tags = { Role: ['web'] };
  let targetGroup: string;
  let ids: string[];

  beforeEach(async () => {
    targetGroup = await makeTargetGroup(world.raw, 'web', 120);
    await makeLoadBalancer(world.raw, 'old', 60);
    ids = await makeInstances(world.raw, { Role: 'web' }, ['a', 'b', 'a', 'b']);
    world.after(600);
  });

  const job = (overrides: object = {}) => ({
    group: 'web',
    instances: { tags, targetGroups: [targetGroup], loadBalancers: ['old'] },
    minimum: 0,
    maximum: 4,
    cause: 'tick',
    ...overrides,
  });
  const capacity = (count: number) => job({ minimum: count, maximum: count });
  const register = async (some: readonly string[]) => {
    await world.raw.elbv2.send(
      new RegisterTargetsCommand({ TargetGroupArn: targetGroup, Targets: some.map((Id) => ({ Id })) }),
    );
    await world.raw.elb.send(
      new RegisterInstancesWithLoadBalancerCommand({
        LoadBalancerName: 'old',
        Instances: some.map((InstanceId) => ({ InstanceId })),
      }),
    );
  };
  /** By id: the state, and the mark. */
  const seen = async (): Promise<Record<string, string>> => {
    const { Reservations = [] } = await world.raw.ec2.send(new DescribeInstancesCommand({}));
    const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
    return Object.fromEntries(
      instances.map(({ InstanceId = '', State, Tags = [] }) => {
        const isMarked = Tags.some(({ Key }) => Key === 'groundskeeper:draining');
        return [InstanceId, `${State?.Name}${isMarked ? ', marked' : ''}`];
      }),
    );
  };
  const at = (index: number): string => ids[index] ?? '';

  test('start in the zone that has fewest, and are registered once they run', async () => {
    await register([at(0)]);
    await stopInstances(world.raw, [at(1)]);
    world.after(600);
    await stopInstances(world.raw, [at(2), at(3)]);
    world.after(600);
    sandbox.slowInstances({ startSeconds: 90, stopSeconds: 60 });
    const report = await world.run(capacity(2));
    expect(told(report)).toEqual([`${at(1)} start bounds: done`, 'web scale-out bounds: done']);
    expect(await seen()).toMatchObject({ [at(1)]: 'pending', [at(2)]: 'stopped', [at(3)]: 'stopped' });
    world.after(60);
    expect(told(await world.run(capacity(2)))).toEqual(['web keep enough: kept']);
    world.after(60);
    expect(told(await world.run(capacity(2)))).toContain(`${at(1)} register not-registered: done`);
    expect(Object.keys(await targetsOf(world.raw, targetGroup)).sort()).toEqual([at(0), at(1)].sort());
    expect((await instancesBehind(world.raw, 'old')).sort()).toEqual([at(0), at(1)].sort());
    expect(told(await world.run(capacity(2)))).toEqual(['web keep enough: kept']);
  });

  test('are drained first, and stopped when they have finished what they had in hand', async () => {
    await register(ids);
    const first = await world.run(capacity(3));
    const drained = first.outcomes.find(({ decision }) => decision === 'drain')?.resource ?? '';
    expect(told(first)).toEqual([`${drained} drain bounds: done`, 'web scale-in bounds: done']);
    expect((await seen())[drained]).toBe('running, marked');
    expect((await targetsOf(world.raw, targetGroup))[drained]).toBe('draining');
    world.after(60);
    expect(told(await world.run(capacity(3)))).toContain(`${drained} keep draining: kept`);
    world.after(61);
    expect(told(await world.run(capacity(3)))).toContain(`${drained} stop drained: done`);
    expect((await seen())[drained]).toBe('stopped, marked');
    await world.run(capacity(3));
    expect((await seen())[drained]).toBe('stopped');
    expect(Object.values(await seen()).filter((state) => state === 'running')).toHaveLength(3);
  });

  test('that drain come back before others are started', async () => {
    await register(ids);
    const { outcomes } = await world.run(capacity(3));
    const drained = outcomes.find(({ decision }) => decision === 'drain')?.resource ?? '';
    world.after(61);
    const report = await world.run(capacity(4));
    expect(told(report)).toEqual([`${drained} resume bounds: done`, 'web scale-out bounds: done']);
    expect(await seen()).toMatchObject({ [drained]: 'running' });
    expect(Object.keys(await targetsOf(world.raw, targetGroup))).toContain(drained);
  });

  test('start elsewhere where a zone has no room', async () => {
    await stopInstances(world.raw, ids);
    world.after(600);
    sandbox.fillZone('us-east-1a', true);
    const lines = told(await world.run(capacity(2)));
    // All have stopped at the same time: which of them is the first is by their ids.
    expect(lines).toHaveLength(4);
    expect(lines.filter((line) => line.endsWith(' start no-capacity: kept'))).toHaveLength(1);
    for (const started of [at(1), at(3)]) expect(lines).toContain(`${started} start bounds: done`);
  });

  test('that are protected are left alone', async () => {
    const [shielded = ''] = await makeInstances(
      world.raw,
      { Role: 'web', 'groundskeeper:protected': 'true' },
      ['a'],
    );
    await register(ids);
    await world.run(capacity(0));
    world.after(121);
    await world.run(capacity(0));
    expect((await seen())[shielded]).toBe('running');
    expect(Object.values(await seen()).filter((state) => state.startsWith('running'))).toHaveLength(1);
  });

  test('without any balancer stop in the same run, no more than `maxActions`', async () => {
    const bare = { ...capacity(1), instances: { tags }, maxActions: 2 };
    await expect(world.run(bare)).rejects.toThrow(/maxActions is 2/);
    expect(Object.values(await seen()).filter((state) => state.startsWith('stopped'))).toHaveLength(2);
    world.after(60);
    await world.run(bare);
    expect(Object.values(await seen()).filter((state) => state === 'running')).toHaveLength(1);
  });
});
