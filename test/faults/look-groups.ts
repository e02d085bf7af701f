/** Instances of groups, the balancers that they stand behind, and what Auto Scaling groups shall have. */
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import {
  DescribeInstanceHealthCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingClient,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { credentials, region, type World } from './world.ts';

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
  const access = { region, credentials, endpoint: world.sandbox.url };
  return {
    instances: asked.has('elbv2') ? await instancesIn(world, access) : new Map(),
    capacities: asked.has('autoscaling') ? await capacitiesIn(world, access) : new Map(),
  };
}

interface Access {
  region: string;
  credentials: typeof credentials;
  endpoint: string;
}

async function capacitiesIn({ sandbox }: World, access: Access): Promise<SeenGroups['capacities']> {
  const client = new AutoScalingClient(access);
  const { AutoScalingGroups = [] } = await client.send(new DescribeAutoScalingGroupsCommand({}));
  client.destroy();
  const settings = sandbox.calls.filter(
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

async function instancesIn({ ec2 }: World, access: Access): Promise<SeenGroups['instances']> {
  const stands = [...(await targetsIn(access)), ...(await behindClassic(access))];
  const placesOf = (id: string, isDraining: boolean) =>
    stands
      .filter((stand) => stand.id === id && stand.isDraining === isDraining)
      .map(({ place }) => place)
      .sort();
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
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

async function targetsIn(access: Access): Promise<Stand[]> {
  const client = new ElasticLoadBalancingV2Client(access);
  const { TargetGroups = [] } = await client.send(new DescribeTargetGroupsCommand({}));
  const stands: Stand[] = [];
  for (const { TargetGroupArn, TargetGroupName: place = '' } of TargetGroups) {
    const { TargetHealthDescriptions = [] } = await client.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    );
    for (const { Target, TargetHealth } of TargetHealthDescriptions)
      stands.push({ id: Target?.Id ?? '', place, isDraining: TargetHealth?.State === 'draining' });
  }
  client.destroy();
  return stands;
}

async function behindClassic(access: Access): Promise<Stand[]> {
  const client = new ElasticLoadBalancingClient(access);
  const { LoadBalancerDescriptions = [] } = await client.send(new DescribeLoadBalancersCommand({}));
  const stands: Stand[] = [];
  for (const { LoadBalancerName: place = '' } of LoadBalancerDescriptions) {
    const { InstanceStates = [] } = await client.send(
      new DescribeInstanceHealthCommand({ LoadBalancerName: place }),
    );
    for (const { InstanceId: id = '', Description = '' } of InstanceStates)
      stands.push({ id, place, isDraining: /deregistration currently in progress/i.test(Description) });
  }
  client.destroy();
  return stands;
}
