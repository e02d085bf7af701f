/** Auto Scaling groups: how many instances they shall have. */
import {
  type AutoScalingGroup as AwsGroup,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  type InstanceRefreshStatus,
  SetDesiredCapacityCommand,
} from '@aws-sdk/client-auto-scaling';
import type { AutoScaling } from './auto-scaling.ts';
import { observing, required } from './ec2.ts';
import { persist } from './persist.ts';

export interface AutoScalingGroup {
  desired: number;
  minimum: number;
  maximum: number;
  isBeingDeleted: boolean;
  /** `Launch`, `Terminate`, `AlarmNotification`, `ScheduledActions`, … */
  suspended: ReadonlySet<string>;
  /** Those that are launched, and not being taken away. */
  inService: GroupInstance[];
}

export interface GroupInstance {
  id: string;
  isHealthy: boolean;
  /** For how much of the capacity it stands: more than 1 only where the group has weights. */
  weight: number;
}

/** Undefined if there is no group of this name. */
export async function readAutoScalingGroup(
  { autoScaling, patience }: AutoScaling,
  name: string,
): Promise<AutoScalingGroup | undefined> {
  const client = await autoScaling();
  const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
  const answer = await observing(`The Auto Scaling group ${name}`, () =>
    persist(() => client.send(command), patience),
  );
  const [group] = required(answer.AutoScalingGroups, 'AutoScalingGroups', 'Auto Scaling');
  return group && toGroup(group);
}

function toGroup(group: AwsGroup): AutoScalingGroup {
  const launched = (group.Instances ?? []).filter(({ LifecycleState }) => LifecycleState === 'InService');
  // API reference, DesiredCapacityType: how many vCPUs, or MiB, an instance has, only its weight says.
  const ofNone = (group.DesiredCapacityType ?? 'units') === 'units' ? '1' : undefined;
  return {
    desired: required(group.DesiredCapacity, 'DesiredCapacity', 'Auto Scaling'),
    minimum: required(group.MinSize, 'MinSize', 'Auto Scaling'),
    maximum: required(group.MaxSize, 'MaxSize', 'Auto Scaling'),
    // Only a group that is being deleted has a status.
    isBeingDeleted: group.Status !== undefined,
    suspended: new Set((group.SuspendedProcesses ?? []).map(({ ProcessName = '' }) => ProcessName)),
    inService: launched.map(({ InstanceId, HealthStatus, WeightedCapacity = ofNone }) => ({
      id: required(InstanceId, 'InstanceId', 'Auto Scaling'),
      isHealthy: HealthStatus === 'Healthy',
      weight: Number(required(WeightedCapacity, 'WeightedCapacity', 'Auto Scaling')),
    })),
  };
}

const underWay: ReadonlySet<InstanceRefreshStatus | undefined> = new Set([
  'Pending',
  'InProgress',
  'Baking',
  'Cancelling',
  'RollbackInProgress',
]);

/** Whether the group's instances are being replaced. */
export async function isBeingRefreshed(
  { autoScaling, patience }: AutoScaling,
  name: string,
): Promise<boolean> {
  const client = await autoScaling();
  // The newest come first, and there is one under way at most: API reference, DescribeInstanceRefreshes.
  const command = new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: name, MaxRecords: 10 });
  const { InstanceRefreshes = [] } = await observing(`The refreshes of ${name}`, () =>
    persist(() => client.send(command), patience),
  );
  return InstanceRefreshes.some(({ Status }) => underWay.has(Status));
}

/**
 * What was done by an attempt that was not answered is done again without harm.
 *
 * @param confirm called before every attempt: what the new capacity follows from may have changed. What it throws ends the call.
 */
export async function setDesiredCapacity(
  { autoScaling, patience }: AutoScaling,
  name: string,
  capacity: number,
  confirm: () => Promise<void>,
): Promise<void> {
  const client = await autoScaling();
  const command = new SetDesiredCapacityCommand({
    AutoScalingGroupName: name,
    DesiredCapacity: capacity,
    // The job has cooldowns of its own, one for alarms, schedules and people.
    HonorCooldown: false,
  });
  await persist(() => client.send(command), patience, { confirm });
}
