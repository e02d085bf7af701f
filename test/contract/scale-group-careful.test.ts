/** Runs of scale-group against the local AWS where something is in the way of draining and stopping. */
import { SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import {
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
} from '@aws-sdk/client-ec2';
import { RegisterTargetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  desiredCapacity,
  makeAutoScalingGroup,
  makeInstances,
  makeTargetGroup,
  stopInstances,
  targetsOf,
} from '../groups.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { InjectedFault, Sandbox } from '../sandbox/types.ts';
import { scaling, tagJob, told } from './scale-group-harness.ts';

const start = new Date('2026-11-21T12:00:00.000Z');

let sandbox: Sandbox;
let world: ReturnType<typeof scaling>;
let targetGroup: string;
/** The first one runs the longest. */
let ids: string[];

beforeAll(async () => {
  sandbox = await startSandbox();
});

beforeEach(async () => {
  await sandbox.reset();
  world = scaling(sandbox, start);
  targetGroup = await makeTargetGroup(world.raw, 'web', 120);
  ids = [];
  for (const zone of ['a', 'b', 'a', 'b']) {
    ids.push(...(await makeInstances(world.raw, { Role: 'web' }, [zone])));
    world.after(60);
  }
  world.after(600);
});

afterAll(() => sandbox?.close());

const at = (index: number): string => ids[index] ?? '';
const job = (capacity: number, overrides: object = {}) => tagJob(capacity, [targetGroup], overrides);
const bare = (capacity: number) => tagJob(capacity, []);
const registered = (Targets: { Id: string; Port?: number }[]) =>
  world.raw.elbv2.send(new RegisterTargetsCommand({ TargetGroupArn: targetGroup, Targets }));
const registerAll = () => registered(ids.map((Id) => ({ Id })));
/** Another one, with all of them in it. */
async function otherGroup(): Promise<string> {
  const TargetGroupArn = await makeTargetGroup(world.raw, 'other', 120);
  const Targets = ids.map((Id) => ({ Id }));
  await world.raw.elbv2.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }));
  return TargetGroupArn;
}
const protect = (InstanceId: string, Value: boolean) =>
  world.raw.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiStop: { Value } }));

/** What others do once, while a run waits after AWS has refused something. */
function onceItWaits(refusal: InjectedFault, act: () => Promise<unknown>): void {
  const { sleep } = world.clock;
  world.clock.sleep = async (milliseconds) => {
    if (refusal.hits > 0) world.clock.sleep = sleep;
    if (refusal.hits > 0) await act();
    await sleep(milliseconds);
  };
}

describe('taking out of service', () => {
  test('passes by one that may not be stopped, and takes another', async () => {
    await registerAll();
    await protect(at(0), true);
    expect(told(await world.run(job(3)))).toEqual([
      `${at(0)} drain protected: kept`,
      `${at(1)} drain bounds: done`,
      'web scale-in bounds: done',
    ]);
    expect(await targetsOf(world.raw, targetGroup)).toMatchObject({
      [at(0)]: 'healthy',
      [at(1)]: 'draining',
    });
  });

  test('is called off where a person has forbidden the stop meanwhile', async () => {
    await registerAll();
    await world.run(job(3));
    await protect(at(0), true);
    world.after(121);
    expect(told(await world.run(job(3)))).toEqual(
      expect.arrayContaining([`${at(0)} stop protected: kept`, `${at(0)} resume protected: done`]),
    );
    expect(await world.stateOf(at(0))).toEqual({ state: 'running', mark: undefined });
    expect(await targetsOf(world.raw, targetGroup)).toMatchObject({ [at(0)]: 'healthy' });
  });

  test('is called off where a person has protected it by its tag', async () => {
    await registerAll();
    await world.run(job(3));
    await world.tag(at(0), 'groundskeeper:protected', 'true');
    world.after(121);
    expect(told(await world.run(job(3)))).toContain(`${at(0)} resume protected: done`);
    expect(await world.stateOf(at(0))).toEqual({ state: 'running', mark: undefined });
  });

  test('takes the one first that its balancer finds ill', async () => {
    await registerAll();
    sandbox.sickenTarget(at(3), true);
    expect(told(await world.run(job(3)))).toContain(`${at(3)} drain bounds: done`);
  });

  test("takes the one first that EC2's own checks find ill", async () => {
    await registerAll();
    sandbox.impairInstance(at(2), true);
    expect(told(await world.run(job(3)))).toContain(`${at(2)} drain bounds: done`);
  });

  test('refuses a target group of addresses, in which an instance would look as if it were not there', async () => {
    await registered([{ Id: '10.0.0.1', Port: 80 }]);
    const from = sandbox.calls.length;
    await expect(world.run(job(3))).rejects.toThrow(
      /has the target 10\.0\.0\.1: expected a target group of the type "instance"/,
    );
    expect(world.writes(from)).toEqual([]);
  });

  test('takes it out of one balancer though another refuses', async () => {
    await registerAll();
    const both = job(3, {
      instances: { tags: { Role: ['web'] }, targetGroups: [await otherGroup(), targetGroup] },
    });
    sandbox.inject({
      action: 'DeregisterTargets',
      times: 1,
      effect: { kind: 'error', code: 'AccessDenied', status: 403 },
    });
    await expect(world.run(both)).rejects.toThrow(/AccessDenied/);
    expect(await targetsOf(world.raw, targetGroup)).toMatchObject({ [at(0)]: 'draining' });
  });

  test('takes it from every port that it is registered with', async () => {
    await registered([
      { Id: at(0), Port: 8080 },
      { Id: at(0), Port: 8081 },
    ]);
    await registered(ids.slice(1).map((Id) => ({ Id })));
    await world.run(job(3));
    const deregistration = sandbox.calls.find(({ action }) => action === 'DeregisterTargets');
    expect(deregistration?.parameters).toMatchObject({
      'Targets.member.1.Port': '8080',
      'Targets.member.2.Port': '8081',
    });
    await world.run(job(4));
    const resumption = sandbox.calls.filter(({ action }) => action === 'RegisterTargets').at(-1);
    expect(resumption?.parameters).toMatchObject({
      'Targets.member.1.Port': '8080',
      'Targets.member.2.Port': '8081',
    });
  });

  test('begins anew, with all of its time, where a run was cut off before it was deregistered', async () => {
    await registerAll();
    await world.tag(at(0), 'groundskeeper:draining', '2026-11-21T12:10:00.000Z');
    expect(told(await world.run(job(3)))).toEqual([
      'web keep enough: kept',
      `${at(0)} drain still-registered: done`,
    ]);
    expect((await world.stateOf(at(0))).mark).toBe(world.clock.now().toISOString());
    world.after(60);
    expect(told(await world.run(job(3)))).toContain(`${at(0)} keep draining: kept`);
  });

  test('takes no other in the place of one whose deregistration failed', async () => {
    await registerAll();
    world.refuse('DeregisterTargets', 'AccessDenied');
    await expect(world.run(job(3))).rejects.toThrow(/drain .*: failed: AccessDenied/);
    const marks = await Promise.all(ids.map(async (id) => (await world.stateOf(id)).mark));
    expect(marks.filter((mark) => mark !== undefined)).toHaveLength(1);
    expect(told(await world.run(job(3)))).toContain(`${at(0)} drain still-registered: done`);
  });

  test('leaves instances of Auto Scaling groups alone', async () => {
    await sandbox.addSystemTags(at(0), { 'aws:autoscaling:groupName': 'other' });
    expect(told(await world.run(bare(3)))).toEqual([
      'web keep enough: kept',
      `${at(0)} keep in-auto-scaling-group: kept`,
    ]);
  });
});

describe('stopping', () => {
  /** An instance that is set up to be hibernated. */
  async function makeSleeper(): Promise<string> {
    const { Instances = [] } = await world.raw.ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-00000000000000000',
        MinCount: 1,
        MaxCount: 1,
        HibernationOptions: { Configured: true },
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Role', Value: 'sleepers' }] }],
      }),
    );
    world.after(600);
    return Instances[0]?.InstanceId ?? '';
  }

  test('keeps the memory where that is set up', async () => {
    const sleeper = await makeSleeper();
    await world.run({ ...bare(0), instances: { tags: { Role: ['sleepers'] } } });
    const stop = sandbox.calls.find(({ action }) => action === 'StopInstances');
    expect(stop?.parameters).toMatchObject({ 'InstanceId.1': sleeper, Hibernate: 'true' });
  });

  test('goes without where EC2 cannot hibernate it after all', async () => {
    const sleeper = await makeSleeper();
    world.refuse('StopInstances', 'UnsupportedHibernationConfiguration');
    await world.run({ ...bare(0), instances: { tags: { Role: ['sleepers'] } } });
    const stops = sandbox.calls.filter(({ action }) => action === 'StopInstances');
    expect(stops.map(({ parameters }) => parameters['Hibernate'])).toEqual(['true', undefined]);
    expect((await world.stateOf(sleeper)).state).toBe('stopped');
  });

  test('is not done to one that a person protects just before it', async () => {
    await registerAll();
    await world.run(job(3));
    world.after(121);
    onceItWaits(world.refuse('StopInstances', 'RequestLimitExceeded'), () =>
      world.tag(at(0), 'groundskeeper:protected', 'true'),
    );
    expect(told(await world.run(job(3)))).toContain(`${at(0)} stop protected: kept`);
    expect((await world.stateOf(at(0))).state).toBe('running');
  });

  test('is not done to one that an Auto Scaling group takes in just before it', async () => {
    await registerAll();
    await world.run(job(3));
    world.after(121);
    onceItWaits(world.refuse('StopInstances', 'RequestLimitExceeded'), () =>
      sandbox.addSystemTags(at(0), { 'aws:autoscaling:groupName': 'other' }),
    );
    expect(told(await world.run(job(3)))).toContain(`${at(0)} stop in-auto-scaling-group: kept`);
    expect((await world.stateOf(at(0))).state).toBe('running');
  });

  test('that EC2 refuses puts it back to work', async () => {
    await registerAll();
    await world.run(job(3));
    world.after(121);
    world.refuse('StopInstances', 'UnsupportedOperation');
    await expect(world.run(job(3))).rejects.toThrow(/UnsupportedOperation/);
    expect(await world.stateOf(at(0))).toEqual({ state: 'running', mark: undefined });
    expect(await targetsOf(world.raw, targetGroup)).toMatchObject({ [at(0)]: 'healthy' });
  });

  test('is not done again to one that a person starts before its mark is gone', async () => {
    await registerAll();
    await world.run(job(3));
    world.after(121);
    await world.run(job(3));
    expect((await world.stateOf(at(0))).state).toBe('stopped');
    await world.raw.ec2.send(new StartInstancesCommand({ InstanceIds: [at(0)] }));
    world.after(60);
    const following = job(3, { maximum: 4 });
    expect(told(await world.run(following))).toEqual([
      'web keep enough: kept',
      `${at(0)} resume started-since: done`,
    ]);
    expect(await world.stateOf(at(0))).toEqual({ state: 'running', mark: undefined });
    expect(await targetsOf(world.raw, targetGroup)).toMatchObject({ [at(0)]: 'healthy' });
    expect(told(await world.run(following))).toEqual(['web keep enough: kept']);
  });

  test('waits for one that only starts', async () => {
    await stopInstances(world.raw, [at(3)]);
    world.after(600);
    sandbox.slowInstances({ startSeconds: 90, stopSeconds: 30 });
    await world.run(bare(4));
    await world.run(bare(0));
    expect((await world.stateOf(at(3))).state).toBe('pending');
    world.after(30);
    expect(told(await world.run(bare(0)))).toContain(`${at(3)} keep starting: kept`);
    world.after(61);
    expect(told(await world.run(bare(0)))).toContain(`${at(3)} stop drained: done`);
  });
});

describe('an Auto Scaling group', () => {
  beforeEach(() => makeAutoScalingGroup(world.raw, 'shop', { desired: 2, minimum: 0, maximum: 4 }));

  const shop = (capacity: number) => ({
    group: 'shop',
    autoScalingGroup: 'shop',
    minimum: capacity,
    maximum: capacity,
    cause: 'tick',
  });

  test('does not shrink while its instances are replaced, but grows', async () => {
    sandbox.refreshGroup('shop', true);
    expect(told(await world.run(shop(1)))).toEqual(['shop keep refresh-in-progress: kept']);
    expect(told(await world.run(shop(3)))).toEqual(['shop scale-out bounds: done']);
    sandbox.refreshGroup('shop', false);
    expect(told(await world.run(shop(1)))).toEqual(['shop scale-in bounds: done']);
  });

  test('waits where AWS does not let it grow while its instances are replaced', async () => {
    world.refuse('SetDesiredCapacity', 'InstanceRefreshInProgress');
    expect(told(await world.run(shop(3)))).toEqual(['shop scale-out refresh-in-progress: kept']);
  });

  test.each([
    ['grows', 4, 3],
    ['shrinks', 0, 1],
  ])('%s by `maxActions` at a time, and says what is left', async (_verb, wanted, first) => {
    await expect(world.run({ ...shop(wanted), maxActions: 1 })).rejects.toThrow(
      /maxActions is 1: .* of shop: 1 of 2 are left to the next run/,
    );
    expect(await desiredCapacity(world.raw, 'shop')).toBe(first);
  });

  test('is left as it is where somebody has changed it since the run has looked', async () => {
    const change = { AutoScalingGroupName: 'shop', DesiredCapacity: 4 };
    onceItWaits(world.refuse('SetDesiredCapacity', 'Throttling'), () =>
      world.raw.autoScaling.send(new SetDesiredCapacityCommand(change)),
    );
    expect(told(await world.run(shop(1)))).toEqual(['shop scale-in changed-meanwhile: kept']);
    expect(await desiredCapacity(world.raw, 'shop')).toBe(4);
  });
});
