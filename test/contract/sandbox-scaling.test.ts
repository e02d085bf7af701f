/** What the local AWS promises of instances, balancers, groups and alarms beyond moto. */
import { DescribeAutoScalingGroupsCommand, SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeInstancesCommand, StartInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import {
  DeregisterInstancesFromLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  RegisterInstancesWithLoadBalancerCommand,
} from '@aws-sdk/client-elastic-load-balancing';
import { DeregisterTargetsCommand, RegisterTargetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type GroupClients,
  groupClients,
  makeAlarm,
  makeAutoScalingGroup,
  makeInstances,
  makeLoadBalancer,
  makeTargetGroup,
  setAlarm,
  stopInstances,
  targetsOf,
} from '../groups.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { codeOf, nine } from './two-regions.ts';

let sandbox: Sandbox;
let aws: GroupClients;

beforeAll(async () => {
  sandbox = await startSandbox();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  aws = groupClients({ region: 'us-east-1', endpoint: sandbox.url, credentials });
});

beforeEach(async () => {
  await sandbox.reset();
  sandbox.setTime(nine);
});

afterAll(() => sandbox?.close());

/** So long after nine. */
const pass = (seconds: number) => sandbox.setTime(new Date(nine.getTime() + seconds * 1_000));

describe('instances', () => {
  let id: string;

  beforeEach(async () => {
    [id = ''] = await makeInstances(aws, { Role: 'web' }, ['a']);
    sandbox.slowInstances({ startSeconds: 90, stopSeconds: 60 });
  });

  const seen = async () => {
    const { Reservations = [] } = await aws.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    const { State, LaunchTime, StateTransitionReason } = Reservations[0]?.Instances?.[0] ?? {};
    return { state: State?.Name, LaunchTime, StateTransitionReason };
  };
  const start = () => aws.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));

  test('stop and start in their time, by the account', async () => {
    expect(await seen()).toMatchObject({ state: 'running', LaunchTime: nine });
    await stopInstances(aws, [id]);
    expect(await seen()).toMatchObject({ state: 'stopping' });
    pass(60);
    expect(await seen()).toMatchObject({
      state: 'stopped',
      StateTransitionReason: 'User initiated (2026-03-01 09:00:00 GMT)',
    });
    await start();
    expect(await seen()).toMatchObject({ state: 'pending', LaunchTime: new Date(nine.getTime() + 60_000) });
    pass(150);
    expect(await seen()).toMatchObject({ state: 'running' });
  });

  test('take no start while they stop, no stop while they start, and no hibernation that is not set up', async () => {
    expect(await codeOf(aws.ec2.send(new StopInstancesCommand({ InstanceIds: [id], Hibernate: true })))).toBe(
      'UnsupportedHibernationConfiguration',
    );
    await stopInstances(aws, [id]);
    expect(await codeOf(start())).toBe('IncorrectInstanceState');
    pass(60);
    await start();
    expect(await codeOf(stopInstances(aws, [id]))).toBe('IncorrectInstanceState');
  });

  test('do not start in a zone without room', async () => {
    await stopInstances(aws, [id]);
    pass(60);
    sandbox.fillZone('us-east-1a', true);
    expect(await codeOf(start())).toBe('InsufficientInstanceCapacity');
    sandbox.fillZone('us-east-1a', false);
    expect(await codeOf(start())).toBe('no error');
  });
});

describe('targets', () => {
  let id: string;
  let TargetGroupArn: string;

  beforeEach(async () => {
    [id = ''] = await makeInstances(aws, { Role: 'web' }, ['a']);
    TargetGroupArn = await makeTargetGroup(aws, 'web', 120);
  });

  const register = () =>
    aws.elbv2.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: id }] }));
  const deregister = () =>
    aws.elbv2.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: id }] }));
  const states = () => targetsOf(aws, TargetGroupArn);

  test('drain for as long as their group says, however often they are deregistered', async () => {
    await register();
    expect(await states()).toEqual({ [id]: 'healthy' });
    await deregister();
    pass(100);
    await deregister();
    expect(await states()).toEqual({ [id]: 'draining' });
    pass(120);
    expect(await states()).toEqual({});
  });

  test('come back while they drain', async () => {
    await register();
    await deregister();
    await register();
    pass(120);
    expect(await states()).toEqual({ [id]: 'healthy' });
  });

  test('are unused when they are stopped, unhealthy when they are ill, and none before they run', async () => {
    await register();
    sandbox.sickenTarget(id, true);
    expect(await states()).toEqual({ [id]: 'unhealthy' });
    await stopInstances(aws, [id]);
    expect(await states()).toEqual({ [id]: 'unused' });
    expect(await codeOf(register())).toBe('InvalidTargetException');
  });

  test('of no group there are none', async () => {
    TargetGroupArn = `${TargetGroupArn}0`;
    expect(await codeOf(states())).toBe('TargetGroupNotFoundException');
  });
});

test('instances leave a Classic Load Balancer in its time, which says so', async () => {
  const [InstanceId = ''] = await makeInstances(aws, { Role: 'web' }, ['a']);
  await makeLoadBalancer(aws, 'old', 60);
  const input = { LoadBalancerName: 'old', Instances: [{ InstanceId }] };
  const states = async () => {
    const { InstanceStates = [] } = await aws.elb.send(
      new DescribeInstanceHealthCommand({ LoadBalancerName: 'old' }),
    );
    return InstanceStates.map(({ State, Description }) => [State, Description]);
  };
  await aws.elb.send(new RegisterInstancesWithLoadBalancerCommand(input));
  expect(await states()).toEqual([['InService', 'N/A']]);
  await aws.elb.send(new DeregisterInstancesFromLoadBalancerCommand(input));
  expect(await states()).toEqual([['InService', 'Instance deregistration currently in progress.']]);
  pass(60);
  expect(await states()).toEqual([]);
  expect(sandbox.calls.at(-1)).toMatchObject({ service: 'elb', action: 'DescribeInstanceHealth' });
});

describe('an Auto Scaling group', () => {
  beforeEach(() => makeAutoScalingGroup(aws, 'web', { desired: 1, minimum: 1, maximum: 2 }));

  const set = (DesiredCapacity: number) =>
    aws.autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: 'web', DesiredCapacity }));

  test('launches in the time of instances', async () => {
    sandbox.slowInstances({ startSeconds: 180, stopSeconds: 0 });
    await set(2);
    const states = async () => {
      const { AutoScalingGroups = [] } = await aws.autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
      return AutoScalingGroups[0]?.Instances?.map(({ LifecycleState }) => LifecycleState).sort();
    };
    expect(await states()).toEqual(['InService', 'Pending']);
    pass(180);
    expect(await states()).toEqual(['InService', 'InService']);
  });

  test('takes no capacity beyond its bounds', async () => {
    await expect(set(3)).rejects.toThrow('New SetDesiredCapacity value 3 is above max value 2');
    await expect(set(0)).rejects.toThrow('New SetDesiredCapacity value 0 is below min value 1');
  });
});

test('an alarm comes into its state at the time of the account, and tells of it once', async () => {
  await makeAlarm(aws, 'cpu-high', 60);
  pass(300);
  await setAlarm(aws, 'cpu-high', 'ALARM');
  pass(360);
  await setAlarm(aws, 'cpu-high', 'ALARM');
  const { MetricAlarms = [] } = await aws.cloudWatch.send(new DescribeAlarmsCommand({}));
  const since = new Date(nine.getTime() + 300_000);
  expect(MetricAlarms).toMatchObject([{ StateValue: 'ALARM', StateTransitionedTimestamp: since }]);
  const events = sandbox.events.filter(({ detail }) => JSON.stringify(detail).includes('"value":"ALARM"'));
  expect(events).toMatchObject([
    {
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      time: '2026-03-01T09:05:00Z',
      resources: ['arn:aws:cloudwatch:us-east-1:123456789012:alarm:cpu-high'],
      detail: {
        alarmName: 'cpu-high',
        previousState: { value: 'OK' },
        state: { value: 'ALARM', timestamp: '2026-03-01T09:05:00.000+0000' },
      },
    },
  ]);
});
