/** Instances of groups, the balancers that they stand behind, and what Auto Scaling groups shall have. */
import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import {
  DescribeInstanceHealthCommand,
  DescribeLoadBalancersCommand,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { GroupClients } from '../groups.ts';
import { accountOf } from './account.ts';
import type { World } from './world.ts';

export interface SeenInstance {
  id: string;
  /** On its way counts as there: `running`, `stopped`. */
  state: string;
  tags: Readonly<Record<string, string>>;
  /** Where it is registered. */
  registered: readonly string[];
  /** Where it finishes what it has in hand. */
  draining: readonly string[];
}

export interface SeenGroups {
  /** By id. */
  instances: ReadonlyMap<string, SeenInstance>;
  /** By name, the desired capacities of Auto Scaling groups: now, and whatever they were set to. */
  capacities: ReadonlyMap<string, { desired: number; ever: readonly number[] }>;
}

const none: SeenGroups = { instances: new Map(), capacities: new Map() };

/** Few scenarios have groups: the others need not pay for the look. */
export async function groupsIn(world: World): Promise<SeenGroups> {
  const asked = new Set(world.sandbox.calls.map(({ service }) => service));
  if (!asked.has('cloudwatch') && !asked.has('elbv2')) return none;
  return {
    instances: asked.has('elbv2') ? await instancesIn(accountOf(world)) : new Map(),
    capacities: asked.has('autoscaling') ? await capacitiesIn(world) : new Map(),
  };
}

async function capacitiesIn(world: World): Promise<SeenGroups['capacities']> {
  const { autoScaling } = accountOf(world);
  const { AutoScalingGroups = [] } = await autoScaling.send(new DescribeAutoScalingGroupsCommand({}));
  const settings = world.sandbox.calls.filter(
    ({ action, status }) => action === 'SetDesiredCapacity' && status === 200,
  );
  const everOf = (name: string) =>
    settings
      .filter(({ parameters }) => parameters['AutoScalingGroupName'] === name)
      .map(({ parameters }) => Number(parameters['DesiredCapacity']));
  return new Map(
    AutoScalingGroups.map(({ AutoScalingGroupName: name = '', DesiredCapacity: desired = 0 }) => [
      name,
      { desired, ever: everOf(name) },
    ]),
  );
}

const lasting: Readonly<Record<string, string>> = { pending: 'running', stopping: 'stopped' };

async function instancesIn(account: GroupClients): Promise<SeenGroups['instances']> {
  const stands = [...(await targetsIn(account)), ...(await behindClassic(account))];
  const placesOf = (id: string, isDraining: boolean) =>
    stands
      .filter((stand) => stand.id === id && stand.isDraining === isDraining)
      .map(({ place }) => place)
      .sort();
  const { Reservations = [] } = await account.ec2.send(new DescribeInstancesCommand({}));
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  return new Map(
    instances.map(({ InstanceId: id = '', State, Tags = [] }) => {
      const name = State?.Name ?? '';
      const tags = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
      const places = { registered: placesOf(id, false), draining: placesOf(id, true) };
      return [id, { id, state: lasting[name] ?? name, tags, ...places }];
    }),
  );
}

interface Stand {
  id: string;
  place: string;
  isDraining: boolean;
}

async function targetsIn({ elbv2: client }: GroupClients): Promise<Stand[]> {
  const { TargetGroups = [] } = await client.send(new DescribeTargetGroupsCommand({}));
  const stands: Stand[] = [];
  for (const { TargetGroupArn, TargetGroupName: place = '' } of TargetGroups) {
    const { TargetHealthDescriptions = [] } = await client.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    );
    for (const { Target, TargetHealth } of TargetHealthDescriptions)
      stands.push({ id: Target?.Id ?? '', place, isDraining: TargetHealth?.State === 'draining' });
  }
  return stands;
}

async function behindClassic({ elb: client }: GroupClients): Promise<Stand[]> {
  const { LoadBalancerDescriptions = [] } = await client.send(new DescribeLoadBalancersCommand({}));
  const stands: Stand[] = [];
  for (const { LoadBalancerName: place = '' } of LoadBalancerDescriptions) {
    const { InstanceStates = [] } = await client.send(
      new DescribeInstanceHealthCommand({ LoadBalancerName: place }),
    );
    for (const { InstanceId: id = '', Description = '' } of InstanceStates)
      stands.push({ id, place, isDraining: /deregistration currently in progress/i.test(Description) });
  }
  return stands;
}
