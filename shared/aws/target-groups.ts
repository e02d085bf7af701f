/** Target groups of Application, Network and Gateway Load Balancers, and the instances in them. */
import {
  DeregisterTargetsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type ElasticLoadBalancingV2ClientConfig,
  RegisterTargetsCommand,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ObservationError } from '../errors.ts';
import type { Lazy } from '../tools.ts';
import { observing, required } from './ec2.ts';
import { type Patience, persist } from './persist.ts';

export interface TargetGroups {
  elbv2: Lazy<ElasticLoadBalancingV2Client>;
  patience: Patience;
}

/** A client that leaves retries to `persist`, and never waits longer for an answer than a lease can bear. */
export function elbv2Client(config: ElasticLoadBalancingV2ClientConfig = {}): ElasticLoadBalancingV2Client {
  return new ElasticLoadBalancingV2Client({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
    ...config,
  });
}

export interface Target {
  id: string;
  port: number;
  /** Being taken out; it still answers what it has in hand. */
  isDraining: boolean;
  isUnhealthy: boolean;
}

/** All that are registered or draining: one instance may be there with several ports. */
export async function targetsIn({ elbv2, patience }: TargetGroups, arn: string): Promise<Target[]> {
  const client = await elbv2();
  const command = new DescribeTargetHealthCommand({ TargetGroupArn: arn });
  const answer = await observing(`The targets of ${arn}`, () =>
    persist(() => client.send(command), patience),
  );
  return required(answer.TargetHealthDescriptions, 'TargetHealthDescriptions', 'Elastic Load Balancing')
    .filter(({ TargetHealth }) => TargetHealth?.Reason !== 'Target.NotRegistered')
    .map((target) => toTarget(target, arn));
}

function toTarget({ Target: target, TargetHealth }: TargetHealthDescription, arn: string): Target {
  const id = required(target?.Id, 'Id', 'Elastic Load Balancing');
  // Behind another kind an instance would look as if it were not there, and be stopped with what it has in hand.
  if (!id.startsWith('i-'))
    throw new ObservationError(`${arn} has the target ${id}: expected a target group of the type "instance"`);
  const state = required(TargetHealth?.State, 'State', 'Elastic Load Balancing');
  return {
    id,
    port: required(target?.Port, 'Port', 'Elastic Load Balancing'),
    // An Application Load Balancer whose target fails its checks while it drains calls it so.
    isDraining: state === 'draining' || state === 'unhealthy.draining',
    isUnhealthy: state === 'unhealthy' || state === 'unhealthy.draining',
  };
}

/** Seconds that a target has to finish what it has in hand. */
export async function deregistrationDelay({ elbv2, patience }: TargetGroups, arn: string): Promise<number> {
  const client = await elbv2();
  const command = new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn });
  const { Attributes } = await observing(`The attributes of ${arn}`, () =>
    persist(() => client.send(command), patience),
  );
  const delay = Attributes?.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value;
  return Number(required(delay, 'deregistration_delay.timeout_seconds', 'Elastic Load Balancing'));
}

/** @param ports none: the group's own */
export async function registerTarget(
  { elbv2, patience }: TargetGroups,
  arn: string,
  id: string,
  ports: readonly number[],
): Promise<void> {
  const client = await elbv2();
  const command = new RegisterTargetsCommand({ TargetGroupArn: arn, Targets: targets(id, ports) });
  await persist(() => client.send(command), patience);
}

/** @param ports all that it is registered with */
export async function deregisterTarget(
  { elbv2, patience }: TargetGroups,
  arn: string,
  id: string,
  ports: readonly number[],
): Promise<void> {
  const client = await elbv2();
  const command = new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets: targets(id, ports) });
  await persist(() => client.send(command), patience);
}

const targets = (id: string, ports: readonly number[]) =>
  ports.length === 0 ? [{ Id: id }] : ports.map((Port) => ({ Id: id, Port }));
