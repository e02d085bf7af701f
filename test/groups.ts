/** Groups of instances, their load and their balancers, made by raw clients. */
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
  type StateValue,
} from '@aws-sdk/client-cloudwatch';
import {
  DescribeVpcsCommand,
  EC2Client,
  RunInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  ElasticLoadBalancingClient,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateQueueCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';

export interface GroupClients {
  ec2: EC2Client;
  autoScaling: AutoScalingClient;
  cloudWatch: CloudWatchClient;
  elbv2: ElasticLoadBalancingV2Client;
  elb: ElasticLoadBalancingClient;
  sqs: SQSClient;
}

interface Access {
  region: string;
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

export const groupClients = (access: Access): GroupClients => ({
  ec2: new EC2Client({ ...access, maxAttempts: 1 }),
  autoScaling: new AutoScalingClient({ ...access, maxAttempts: 1 }),
  cloudWatch: new CloudWatchClient({ ...access, maxAttempts: 1 }),
  elbv2: new ElasticLoadBalancingV2Client({ ...access, maxAttempts: 1 }),
  elb: new ElasticLoadBalancingClient({ ...access, maxAttempts: 1 }),
  sqs: new SQSClient({ ...access, maxAttempts: 1 }),
});

const image = { ImageId: 'ami-00000000000000000', InstanceType: 't3.nano' } as const;

export async function makeAutoScalingGroup(
  { autoScaling }: GroupClients,
  name: string,
  { desired, minimum = 0, maximum = 10 }: { desired: number; minimum?: number; maximum?: number },
): Promise<void> {
  await autoScaling.send(new CreateLaunchConfigurationCommand({ LaunchConfigurationName: name, ...image }));
  await autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      LaunchConfigurationName: name,
      AvailabilityZones: ['us-east-1a', 'us-east-1b'],
      MinSize: minimum,
      MaxSize: maximum,
      DesiredCapacity: desired,
    }),
  );
}

export async function desiredCapacity({ autoScaling }: GroupClients, name: string): Promise<number> {
  const { AutoScalingGroups = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  return AutoScalingGroups[0]?.DesiredCapacity ?? Number.NaN;
}

/** Instances with these tags, one in each of these zones (`a`, `b`, …), in their order. */
export async function makeInstances(
  { ec2 }: GroupClients,
  tags: Readonly<Record<string, string>>,
  zones: readonly string[],
): Promise<string[]> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const TagSpecifications = [{ ResourceType: 'instance' as const, Tags }];
  const made = new Map<string, string[]>();
  for (const zone of new Set(zones)) {
    const count = zones.filter((other) => other === zone).length;
    const Placement = { AvailabilityZone: `us-east-1${zone}` };
    const wanted = { ...image, Placement, TagSpecifications, MinCount: count, MaxCount: count };
    const { Instances = [] } = await ec2.send(new RunInstancesCommand(wanted));
    made.set(
      zone,
      Instances.map(({ InstanceId = '' }) => InstanceId),
    );
  }
  return zones.map((zone) => made.get(zone)?.shift() ?? '');
}

export const stopInstances = ({ ec2 }: GroupClients, ids: readonly string[]): Promise<unknown> =>
  ec2.send(new StopInstancesCommand({ InstanceIds: [...ids] }));

/** Answers its ARN. */
export async function makeTargetGroup(
  { ec2, elbv2 }: GroupClients,
  name: string,
  delaySeconds: number,
): Promise<string> {
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
  const { TargetGroups = [] } = await elbv2.send(
    new CreateTargetGroupCommand({ Name: name, Protocol: 'HTTP', Port: 80, VpcId: Vpcs[0]?.VpcId }),
  );
  const TargetGroupArn = TargetGroups[0]?.TargetGroupArn ?? '';
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: `${delaySeconds}` }];
  await elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }));
  return TargetGroupArn;
}

export async function targetsOf({ elbv2 }: GroupClients, arn: string): Promise<Record<string, string>> {
  const { TargetHealthDescriptions = [] } = await elbv2.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: arn }),
  );
  return Object.fromEntries(
    TargetHealthDescriptions.map(({ Target, TargetHealth }) => [Target?.Id ?? '', TargetHealth?.State ?? '']),
  );
}

export async function makeLoadBalancer(
  { elb }: GroupClients,
  name: string,
  delaySeconds: number,
): Promise<void> {
  const listener = { Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 80 };
  await elb.send(
    new CreateLoadBalancerCommand({
      LoadBalancerName: name,
      Listeners: [listener],
      AvailabilityZones: ['us-east-1a', 'us-east-1b'],
    }),
  );
  await elb.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerName: name,
      LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: delaySeconds } },
    }),
  );
}

export async function instancesBehind({ elb }: GroupClients, name: string): Promise<string[]> {
  const { InstanceStates = [] } = await elb.send(
    new DescribeInstanceHealthCommand({ LoadBalancerName: name }),
  );
  return InstanceStates.map(({ InstanceId = '' }) => InstanceId);
}

/** Rings above the threshold; OK until it is set to something else. */
export async function makeAlarm(
  { cloudWatch }: GroupClients,
  name: string,
  threshold: number,
): Promise<void> {
  await cloudWatch.send(
    new PutMetricAlarmCommand({
      AlarmName: name,
      Namespace: 'AWS/EC2',
      MetricName: 'CPUUtilization',
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: threshold,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  await setAlarm({ cloudWatch }, name, 'OK');
}

export const setAlarm = (
  { cloudWatch }: Pick<GroupClients, 'cloudWatch'>,
  AlarmName: string,
  StateValue: StateValue,
): Promise<unknown> =>
  cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'test' }));

/** As EventBridge brings it. */
export const alarmEvent = (name: string, at: Date, value: number, state = 'ALARM') => ({
  'detail-type': 'CloudWatch Alarm State Change',
  source: 'aws.cloudwatch',
  detail: {
    alarmName: name,
    state: {
      value: state,
      timestamp: at.toISOString().replace('Z', '+0000'),
      reasonData: JSON.stringify({ version: '1.0', recentDatapoints: [value], threshold: 60 }),
    },
  },
});

export async function makeQueue({ sqs }: GroupClients, name: string, messages: number): Promise<void> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  for (let sent = 0; sent < messages; sent += 10) {
    const count = Math.min(10, messages - sent);
    const Entries = Array.from({ length: count }, (_, index) => ({ Id: `${index}`, MessageBody: 'work' }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}
