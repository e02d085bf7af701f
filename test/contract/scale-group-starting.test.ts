/** Runs of scale-group against the local AWS where something is in the way of starting. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeInstances, makeTargetGroup, stopInstances } from '../groups.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { scaling, tagJob, told } from './scale-group-harness.ts';

const start = new Date('2026-11-21T12:00:00.000Z');

let sandbox: Sandbox;
let world: ReturnType<typeof scaling>;
let targetGroup: string;
let ids: string[];

beforeAll(async () => {
  sandbox = await startSandbox();
});

beforeEach(async () => {
  await sandbox.reset();
  world = scaling(sandbox, start);
  targetGroup = await makeTargetGroup(world.raw, 'web', 120);
  ids = await makeInstances(world.raw, { Role: 'web' }, ['a', 'b', 'a', 'b']);
  world.after(600);
  await stopInstances(world.raw, ids);
  world.after(600);
});

afterAll(() => sandbox?.close());

const job = (capacity: number, overrides: object = {}) => tagJob(capacity, [targetGroup], overrides);
const bare = (capacity: number) => tagJob(capacity, []);

describe('starting', () => {
  test('goes on with others where one cannot be', async () => {
    world.refuse('StartInstances', 'InvalidInstanceID.NotFound');
    const report = await world.run(bare(2));
    expect(report.summary).toMatchObject({ done: 3, kept: 1 });
    expect(report.outcomes[0]).toMatchObject({ decision: 'start', reason: 'not-found', outcome: 'kept' });
  });

  test("tries no others against the account's limit, and fails", async () => {
    world.refuse('StartInstances', 'VcpuLimitExceeded', 99);
    const from = sandbox.calls.length;
    await expect(world.run(bare(3))).rejects.toThrow(/VcpuLimitExceeded/);
    expect(world.writes(from)).toEqual(['StartInstances']);
  });

  test('tells of one that EC2 stops again, and tries it when there is no other', async () => {
    // Of equals the first by its id.
    const [failing = '', ...others] = [...ids].sort();
    sandbox.failStarts(failing, true);
    await world.run(bare(1));
    expect((await world.stateOf(failing)).state).toBe('stopped');
    world.after(60);
    await expect(world.run(bare(1))).rejects.toThrow(`start ${failing}: failed: Client.InternalError`);
    expect(told(await world.run(bare(1)))).toEqual(['web keep enough: kept']);
    await expect(world.run(bare(4))).rejects.toThrow(`start ${failing}: failed: Client.InternalError`);
    const starts = sandbox.calls.filter(({ action }) => action === 'StartInstances');
    const started = starts.map(({ parameters }) => parameters['InstanceId.1']);
    expect([started[0], started.slice(1, 4).sort(), started[4]]).toEqual([failing, others, failing]);
  });

  test('ends in time, and goes on with the next tick', async () => {
    const from = sandbox.calls.length;
    const hasStarted = () => sandbox.calls.slice(from).some(({ action }) => action === 'StartInstances');
    const report = await world.run(bare(3), () => (hasStarted() ? 30_000 : 900_000));
    expect(report.outcomes.at(-1)).toMatchObject({ resource: 'web', outcome: 'done' });
    expect(report.outcomes.at(-1)?.detail).toContain('1 of 3');
    world.after(60);
    expect(told(await world.run(bare(3)))).toContain('web scale-out bounds: done');
  });

  describe('where its balancers do not answer', () => {
    /** The writes of a run that fails by that, in little more than a minute. */
    const writesOf = async (payload: object): Promise<string[]> => {
      for (const action of ['RegisterTargets', 'DeregisterTargets'])
        sandbox.inject({ action, effect: { kind: 'server-error' } });
      const [from, begun] = [sandbox.calls.length, world.clock.now().getTime()];
      const passed = () => world.clock.now().getTime() - begun;
      await expect(world.run(payload, () => 900_000 - passed())).rejects.toThrow(/: deferred/);
      expect(passed()).toBeLessThan(90_000);
      return world.writes(from);
    };
    const startsOf = async (payload: object): Promise<number> =>
      (await writesOf(payload)).filter((action) => action === 'StartInstances').length;

    test('goes on with others while one waits to be registered', async () => {
      await world.run(job(1));
      world.after(60);
      expect(await startsOf(job(3))).toBe(2);
    });

    test('leaves the rest to later runs while one waits to be taken out', async () => {
      await world.run(job(4));
      world.after(60);
      await world.run(job(4));
      expect(await writesOf(job(1))).not.toContain('StopInstances');
    });

    test('goes on with others while one waits to be put back', async () => {
      await world.run(job(2));
      world.after(60);
      await world.run(job(2));
      await world.run(job(1));
      expect(await startsOf(job(3))).toBe(1);
    });
  });

  describe('where a drain cannot be called off', () => {
    let wanting: (capacity: number) => object;

    beforeEach(async () => {
      const targetGroups = [targetGroup, await makeTargetGroup(world.raw, 'other', 120)];
      wanting = (capacity) => job(capacity, { instances: { tags: { Role: ['web'] }, targetGroups } });
      await world.run(wanting(2));
      world.after(60);
      await world.run(wanting(2));
      await world.run(wanting(1));
    });

    const running = async () => {
      const states = await Promise.all(ids.map(async (id) => (await world.stateOf(id)).state));
      return states.filter((state) => state === 'running').length;
    };

    test('goes on with another that is stopped', async () => {
      world.refuse('RegisterTargets', 'AccessDenied', 2);
      await expect(world.run(wanting(2))).rejects.toThrow(/resume .*: failed: .*AccessDenied.*AccessDenied/);
      expect(await running()).toBe(3);
    });

    test('keeps its place where that is not certain', async () => {
      world.refuse('RegisterTargets', 'AccessDenied');
      world.refuse('RegisterTargets', 'ResourceLimitExceeded');
      await expect(world.run(wanting(3))).rejects.toThrow(/resume .*: failed: /);
      expect(await running()).toBe(3);
    });
  });

  test('says how many are missing where no zone has room', async () => {
    for (const zone of ['us-east-1a', 'us-east-1b']) sandbox.fillZone(zone, true);
    const { outcomes, summary } = await world.run(bare(3));
    expect(summary).toMatchObject({ done: 0, kept: 3, failed: 0 });
    expect(outcomes.at(-1)).toMatchObject({ resource: 'web', decision: 'scale-out', outcome: 'kept' });
    expect(outcomes.at(-1)?.detail).toContain('0 of 3');
    // One try for each zone, since all are of one type.
    expect(outcomes).toHaveLength(3);
  });

  test('takes away an old mark first, by which it would be stopped again', async () => {
    for (const id of ids) await world.tag(id, 'groundskeeper:draining', '2026-11-20T20:00:00.000Z');
    await world.run(bare(4));
    world.after(60);
    expect(told(await world.run(bare(4)))).toEqual(['web keep enough: kept']);
  });
});
