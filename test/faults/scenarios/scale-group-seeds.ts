/** What scenarios of groups are made of. */
import { CreateTagsCommand, DeleteTagsCommand } from '@aws-sdk/client-ec2';
import {
  DeregisterInstancesFromLoadBalancerCommand,
  RegisterInstancesWithLoadBalancerCommand,
} from '@aws-sdk/client-elastic-load-balancing';
import { DeregisterTargetsCommand, RegisterTargetsCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { makeInstances, makeLoadBalancer, makeTargetGroup, stopInstances } from '../../groups.ts';
import { accountOf } from '../account.ts';
import { mark, ownGroup } from '../claims-groups.ts';
import type { World } from '../world.ts';

export interface Shop {
  /** In service behind both balancers; in the zones a and b by turns. */
  up: string[];
  stopped: string[];
  /** Its ARN. */
  targetGroup: string;
  job: Record<string, unknown>;
}

/** Instances with the tag `Group: shop` behind a target group and a classic balancer, and some to be left alone. */
export async function makeShop(world: World, counts: { up: number; stopped: number }): Promise<Shop> {
  const account = accountOf(world);
  const targetGroup = await makeTargetGroup(account, 'shop', 50);
  await makeLoadBalancer(account, 'shop-old', 30);
  const zones = (count: number) => Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 'a' : 'b'));
  const tags = { Group: ownGroup };
  const up = await makeInstances(account, tags, zones(counts.up));
  const stopped = await makeInstances(account, tags, zones(counts.stopped));
  const shielded = await makeInstances(account, { ...tags, 'groundskeeper:protected': 'yes' }, ['a']);
  const [stranger = ''] = await makeInstances(account, tags, ['b']);
  await makeInstances(account, { Group: 'another' }, ['a']);
  await world.sandbox.addSystemTags(stranger, { 'aws:autoscaling:groupName': 'another' });
  await stopInstances(account, [...stopped, ...shielded]);
  await account.elbv2.send(
    new RegisterTargetsCommand({ TargetGroupArn: targetGroup, Targets: up.map((Id) => ({ Id })) }),
  );
  const Instances = up.map((InstanceId) => ({ InstanceId }));
  await account.elb.send(
    new RegisterInstancesWithLoadBalancerCommand({ LoadBalancerName: 'shop-old', Instances }),
  );
  const instances = { tags: { Group: [ownGroup] }, targetGroups: [targetGroup], loadBalancers: ['shop-old'] };
  return { up, stopped, targetGroup, job: { group: ownGroup, instances, minimum: 0, maximum: 10 } };
}

async function tag(world: World, ids: readonly string[], Key: string, Value: string): Promise<void> {
  await accountOf(world).ec2.send(new CreateTagsCommand({ Resources: [...ids], Tags: [{ Key, Value }] }));
}

export const markAsDraining = (world: World, ids: readonly string[], since: Date): Promise<void> =>
  tag(world, ids, mark, since.toISOString());

export async function unmark(world: World, ids: readonly string[]): Promise<void> {
  await accountOf(world).ec2.send(new DeleteTagsCommand({ Resources: [...ids], Tags: [{ Key: mark }] }));
}

export const protect = (world: World, ids: readonly string[]): Promise<void> =>
  tag(world, ids, 'groundskeeper:protected', 'yes');

export async function leaveClassic(world: World, ids: readonly string[]): Promise<void> {
  const Instances = ids.map((InstanceId) => ({ InstanceId }));
  const left = { LoadBalancerName: 'shop-old', Instances };
  await accountOf(world).elb.send(new DeregisterInstancesFromLoadBalancerCommand(left));
}

export async function leaveTargetGroup(
  world: World,
  TargetGroupArn: string,
  ids: readonly string[],
): Promise<void> {
  const Targets = ids.map((Id) => ({ Id }));
  await accountOf(world).elbv2.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }));
}
