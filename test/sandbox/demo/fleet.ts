/** The company's machines that come and go: an Auto Scaling group of web servers, and workers behind a balancer. */
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, PutMetricDataCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingClient,
  ModifyLoadBalancerAttributesCommand,
  RegisterInstancesWithLoadBalancerCommand,
} from '@aws-sdk/client-elastic-load-balancing';
import type { Deployment } from '../lambda-host.ts';
import type { Sandbox } from '../types.ts';
import type { Company } from './company.ts';

const access = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
const zones = ['us-east-1a', 'us-east-1b'] as const;

/** As in the demo's plan. */
const webServers = 'shop-web';
const balancer = 'workers';
const alarm = 'groundskeeper-demo-web.busy';
const cpu = {
  Namespace: 'AWS/EC2',
  MetricName: 'CPUUtilization',
  Dimensions: [{ Name: 'AutoScalingGroupName', Value: webServers }],
};

/** What becomes of groups, and of their instances. */
export const scalingTexts: Readonly<Record<string, (name: string, detail: string) => string>> = {
  'scale-out': (group, detail) => `The group ${group} grows: ${detail}.`,
  'scale-in': (group, detail) => `The group ${group} shrinks: ${detail}.`,
  drain: (name) => `${name} leaves its balancer, and finishes what it has in hand.`,
  stop: (name) => `${name} has finished, and is stopped.`,
};

export class Fleet {
  readonly #sandbox: Sandbox;
  readonly #autoScaling: AutoScalingClient;
  readonly #cloudWatch: CloudWatchClient;

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    const local = { ...access, endpoint: sandbox.url };
    this.#autoScaling = new AutoScalingClient(local);
    this.#cloudWatch = new CloudWatchClient(local);
  }

  static async found(sandbox: Sandbox, company: Company): Promise<Fleet> {
    const fleet = new Fleet(sandbox);
    await fleet.#startWebServers();
    await startWorkers(sandbox, company);
    return fleet;
  }

  /** As CloudWatch finds it; the rest is by the deployed rule. @returns what came of it */
  async ring(percent: number, at: Date, deployment: Deployment): Promise<string> {
    const before = await this.#webServers();
    this.#sandbox.setTime(at);
    const measured = new Date(Math.floor(at.getTime() / 60_000) * 60_000 - 60_000);
    await this.#cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: cpu.Namespace,
        MetricData: [
          { MetricName: cpu.MetricName, Dimensions: cpu.Dimensions, Timestamp: measured, Value: percent },
        ],
      }),
    );
    await this.#setAlarm('ALARM');
    const deliveries = await deployment.deliverPending({ now: at });
    const outcomes = deliveries.flatMap(({ attempts }) => attempts.at(-1)?.report?.outcomes ?? []);
    const decided = outcomes.map(
      ({ resource, decision, reason, detail = '' }) =>
        scalingTexts[decision]?.(resource, detail) ?? `${resource}: ${decision}, ${reason}.`,
    );
    const count = `Of its web servers there are ${await this.#webServers()}, before ${before}.`;
    return [...decided, count].join('\n');
  }

  async calmDown(at: Date): Promise<void> {
    this.#sandbox.setTime(at);
    await this.#setAlarm('OK');
  }

  async #setAlarm(StateValue: 'OK' | 'ALARM'): Promise<void> {
    await this.#cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName: alarm, StateValue, StateReason: 'by the load' }),
    );
  }

  async #webServers(): Promise<number> {
    const { AutoScalingGroups } = await this.#autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [webServers] }),
    );
    return AutoScalingGroups?.[0]?.DesiredCapacity ?? 0;
  }

  async #startWebServers(): Promise<void> {
    await this.#autoScaling.send(
      new CreateLaunchConfigurationCommand({
        LaunchConfigurationName: webServers,
        ImageId: 'ami-12c6146b',
        InstanceType: 't4g.small',
      }),
    );
    await this.#autoScaling.send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: webServers,
        LaunchConfigurationName: webServers,
        AvailabilityZones: [...zones],
        MinSize: 0,
        MaxSize: 10,
        DesiredCapacity: 2,
      }),
    );
  }
}

/** One a zone, which have two minutes to finish what they have in hand when they leave the balancer. */
async function startWorkers({ url }: Sandbox, company: Company): Promise<void> {
  const balancers = new ElasticLoadBalancingClient({ ...access, endpoint: url });
  const LoadBalancerName = balancer;
  await balancers.send(
    new CreateLoadBalancerCommand({
      LoadBalancerName,
      AvailabilityZones: [...zones],
      Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 8080 }],
    }),
  );
  await balancers.send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerName,
      LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: 120 } },
    }),
  );
  const Instances = [];
  for (const [index, zone] of zones.entries()) {
    const InstanceId = await company.startInstance(`worker-${index + 1}`, 'worker', zone);
    Instances.push({ InstanceId });
  }
  await balancers.send(new RegisterInstancesWithLoadBalancerCommand({ LoadBalancerName, Instances }));
}
