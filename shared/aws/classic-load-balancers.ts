/** Classic Load Balancers, and the instances behind them. */
import {
  DeregisterInstancesFromLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  DescribeLoadBalancerAttributesCommand,
  ElasticLoadBalancingClient,
  type ElasticLoadBalancingClientConfig,
  RegisterInstancesWithLoadBalancerCommand,
} from '@aws-sdk/client-elastic-load-balancing';
import type { Lazy } from '../tools.ts';
import { observing, required } from './ec2.ts';
import { natureOf } from './errors.ts';
import { type Patience, persist } from './persist.ts';

export interface ClassicLoadBalancers {
  elb: Lazy<ElasticLoadBalancingClient>;
  patience: Patience;
}

/** A client that leaves retries to `persist`, and never waits longer for an answer than a lease can bear. */
export function elbClient(config: ElasticLoadBalancingClientConfig = {}): ElasticLoadBalancingClient {
  return new ElasticLoadBalancingClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
    ...config,
  });
}

export interface BalancedInstance {
  id: string;
  /** Being taken out; it still answers what it has in hand. */
  isDraining: boolean;
  isUnhealthy: boolean;
}

/** All that are registered or draining. */
export async function instancesBehind(
  { elb, patience }: ClassicLoadBalancers,
  name: string,
): Promise<BalancedInstance[]> {
  const client = await elb();
  const command = new DescribeInstanceHealthCommand({ LoadBalancerName: name });
  const answer = await observing(`The instances behind ${name}`, () =>
    persist(() => client.send(command), patience),
  );
  return required(answer.InstanceStates, 'InstanceStates', 'Elastic Load Balancing').map(
    ({ InstanceId, State, Description = '' }) => ({
      id: required(InstanceId, 'InstanceId', 'Elastic Load Balancing'),
      // Only the words tell: "Instance deregistration currently in progress." API reference, InstanceState.
      isDraining: /deregistration currently in progress/i.test(Description),
      isUnhealthy: State === 'OutOfService',
    }),
  );
}

/** Seconds that an instance has to finish what it has in hand. */
export async function connectionDraining(
  { elb, patience }: ClassicLoadBalancers,
  name: string,
): Promise<number> {
  const client = await elb();
  const command = new DescribeLoadBalancerAttributesCommand({ LoadBalancerName: name });
  const answer = await observing(`The attributes of ${name}`, () =>
    persist(() => client.send(command), patience),
  );
  const { ConnectionDraining } = required(
    answer.LoadBalancerAttributes,
    'LoadBalancerAttributes',
    'Elastic Load Balancing',
  );
  return ConnectionDraining?.Enabled ? (ConnectionDraining.Timeout ?? defaultDraining) : 0;
}

/** The default: Classic Load Balancers user guide, "Configure connection draining". */
const defaultDraining = 300;

export async function registerInstance(
  { elb, patience }: ClassicLoadBalancers,
  name: string,
  id: string,
): Promise<void> {
  const client = await elb();
  const Instances = [{ InstanceId: id }];
  const command = new RegisterInstancesWithLoadBalancerCommand({ LoadBalancerName: name, Instances });
  await persist(() => client.send(command), patience);
}

/** One that is not there any more is as it should be. */
export async function deregisterInstance(
  { elb, patience }: ClassicLoadBalancers,
  name: string,
  id: string,
): Promise<void> {
  const client = await elb();
  const Instances = [{ InstanceId: id }];
  const command = new DeregisterInstancesFromLoadBalancerCommand({ LoadBalancerName: name, Instances });
  try {
    await persist(() => client.send(command), patience);
  } catch (error) {
    if (natureOf(error) !== 'absent') throw error;
  }
}
