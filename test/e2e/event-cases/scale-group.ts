import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeInstancesCommand, RunInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateQueueCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { access } from '../account.ts';
import type { Cases, Setting } from './setting.ts';

const at = ({ sandbox }: Setting) => ({ ...access, endpoint: sandbox.url });

/** The Auto Scaling group `web` with three instances, which were started an hour ago, and its alarms, of which none rings. */
async function makeWeb(setting: Setting): Promise<void> {
  setting.sandbox.setTime(new Date(Date.now() - 3_600_000));
  await makeInstances(setting);
  setting.sandbox.setTime(new Date());
  await makeAlarms(setting);
}

async function makeInstances(setting: Setting): Promise<void> {
  const autoScaling = new AutoScalingClient(at(setting));
  const LaunchConfigurationName = 'web';
  await autoScaling.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName,
      ImageId: 'ami-12c6146b',
      InstanceType: 't3.micro',
    }),
  );
  await autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'web',
      LaunchConfigurationName,
      MinSize: 0,
      MaxSize: 20,
      DesiredCapacity: 3,
      AvailabilityZones: ['us-east-1a', 'us-east-1b'],
    }),
  );
}

async function makeAlarms(setting: Setting): Promise<void> {
  for (const [name, Threshold, ComparisonOperator] of [
    ['web-cpu-high', 70, 'GreaterThanThreshold'],
    ['web-cpu-low', 30, 'LessThanThreshold'],
  ] as const) {
    await cloudWatch(setting).send(
      new PutMetricAlarmCommand({
        AlarmName: name,
        Namespace: 'AWS/EC2',
        MetricName: 'CPUUtilization',
        Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'web' }],
        Statistic: 'Average',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold,
        ComparisonOperator,
      }),
    );
    await setState(name, 'OK', setting);
  }
}

const cloudWatch = (setting: Setting) => new CloudWatchClient(at(setting));

const setState = (AlarmName: string, StateValue: 'OK' | 'ALARM', setting: Setting) =>
  cloudWatch(setting).send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'for a test' }));

async function capacityOfWeb(setting: Setting): Promise<number | undefined> {
  const { AutoScalingGroups } = await new AutoScalingClient(at(setting)).send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['web'] }),
  );
  return AutoScalingGroups?.[0]?.DesiredCapacity;
}

/** Three workers in two zones, none of which runs, and 50 messages: work for three, of 20 each. */
async function makeWorkers(setting: Setting): Promise<void> {
  const { ec2 } = setting.account;
  for (const zone of ['a', 'a', 'b']) {
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-12c6146b',
        MinCount: 1,
        MaxCount: 1,
        Placement: { AvailabilityZone: `us-east-1${zone}` },
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Role', Value: 'worker' }] }],
      }),
    );
    await ec2.send(new StopInstancesCommand({ InstanceIds: [Instances[0]?.InstanceId ?? ''] }));
  }
  await fillQueue(50, setting);
}

async function fillQueue(messages: number, setting: Setting): Promise<void> {
  const sqs = new SQSClient(at(setting));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'jobs' }));
  const Entries = Array.from({ length: 10 }, (_, Id) => ({ Id: `${Id}`, MessageBody: 'work' }));
  for (let sent = 0; sent < messages; sent += 10)
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
}

async function workersUp({ account }: Setting): Promise<number> {
  const { Reservations = [] } = await account.ec2.send(
    new DescribeInstancesCommand({ Filters: [{ Name: 'tag:Role', Values: ['worker'] }] }),
  );
  const states = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name));
  return states.filter((state) => state === 'pending' || state === 'running').length;
}

/** A zone in which it is this hour now: the sample does by day and by night what it says. */
function zoneWhereItIs(hour: number): string {
  const ahead = ((hour - new Date().getUTCHours() + 36) % 24) - 12;
  return ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

export const scaleGroupCases: Cases = {
  'scale-group.alarm.json': async (setting) => {
    await makeWeb(setting);
    await setState('web-cpu-high', 'ALARM', setting);
    const asSent = JSON.stringify(setting.sample('scale-group.alarm.json'));
    const now = new Date().toISOString().replace('Z', '+0000');
    const event = JSON.parse(asSent.replaceAll('2026-03-09T08:14:05.431+0000', now)) as object;
    const { outcomes } = await setting.start('scale-group', event);
    expect(outcomes).toMatchObject([{ resource: 'web', decision: 'scale-out', outcome: 'done' }]);
    expect(outcomes[0]?.detail).toContain('13.4 over the threshold 70 of web-cpu-high, step 1');
    expect(await capacityOfWeb(setting)).toBe(4);
    // EventBridge delivers at least once.
    const again = await setting.start('scale-group', event);
    expect(again.outcomes).toMatchObject([{ decision: 'keep', reason: 'already-acted' }]);
    expect(await capacityOfWeb(setting)).toBe(4);
  },
  'scale-group.evening.json': async (setting) => {
    const sample = setting.sample('scale-group.evening.json') as object;
    await makeWeb(setting);
    const evening = await setting.start('scale-group', { ...sample, timezone: zoneWhereItIs(21) });
    expect(evening.outcomes).toMatchObject([{ decision: 'scale-in', reason: 'schedule', outcome: 'done' }]);
    expect(await capacityOfWeb(setting)).toBe(2);
    await setting.start('scale-group', { ...sample, timezone: zoneWhereItIs(9) });
    expect(await capacityOfWeb(setting)).toBe(4);
  },
  'scale-group.tick.json': async (setting) => {
    await makeWorkers(setting);
    expect(await setting.run('scale-group.tick.json')).toMatchObject({ summary: { failed: 0 } });
    expect(await workersUp(setting)).toBe(3);
    const { outcomes } = await setting.run('scale-group.tick.json');
    expect(outcomes).toMatchObject([{ resource: 'workers', decision: 'keep', reason: 'enough' }]);
  },
  'scale-group.dry-run.json': async (setting) => {
    await makeWorkers(setting);
    expect(await setting.run('scale-group.dry-run.json')).toMatchObject({
      dryRun: true,
      summary: { done: 0, withheld: 4 },
    });
    expect(await workersUp(setting)).toBe(0);
  },
  'scale-group.override.json': async (setting) => {
    await makeWeb(setting);
    expect(await setting.run('scale-group.override.json')).toMatchObject({ summary: { done: 1 } });
    expect(await capacityOfWeb(setting)).toBe(6);
    // Whatever rings: a person has said so.
    await setState('web-cpu-high', 'ALARM', setting);
    const { outcomes } = await setting.run('scale-group.alarm.json');
    expect(outcomes).toMatchObject([{ decision: 'keep', reason: 'overridden' }]);
    expect(await capacityOfWeb(setting)).toBe(6);
  },
  'scale-group.override-end.json': async (setting) => {
    await makeWeb(setting);
    await setting.run('scale-group.override.json');
    const { outcomes } = await setting.run('scale-group.override-end.json');
    expect(outcomes).toMatchObject([{ decision: 'end-override', reason: 'by-hand', outcome: 'done' }]);
    // The next tick carries it out, by the plan's own job.
    const sample = setting.sample('scale-group.evening.json') as object;
    await setting.start('scale-group', { ...sample, schedule: [], cause: 'tick' });
    expect(await capacityOfWeb(setting)).toBe(3);
  },
};
