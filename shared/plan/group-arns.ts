/** What the constants of `permissions.ts` stand for that mean the plan's groups. */
import { type Group, queuesOf } from './group.ts';
import {
  arnHere,
  type Statement,
  theAutoScalingGroups,
  theGroupInstances,
  theGroupQueues,
  theLoadBalancers,
  theTargetGroups,
  theVolumeKeys,
} from './permissions.ts';
import type { Plan } from './plan.ts';

/** Service Authorization Reference, Amazon EC2 Auto Scaling: an ARN has an id, too, that nobody knows before. */
const autoScalingGroupArn = (name: string): string =>
  arnHere('autoscaling', `autoScalingGroup:*:autoScalingGroupName/${name}`);

/** Of a classic balancer; those of the newer kinds have their kind before the name. */
const loadBalancerArn = (name: string): string => arnHere('elasticloadbalancing', `loadbalancer/${name}`);

const arnsOfGroup: Readonly<Record<string, (group: Group) => string[]>> = {
  [theAutoScalingGroups]: ({ autoScalingGroup }) =>
    autoScalingGroup === undefined ? [] : [autoScalingGroupArn(autoScalingGroup)],
  [theTargetGroups]: ({ instances }) => instances?.targetGroups ?? [],
  [theLoadBalancers]: ({ instances }) => (instances?.loadBalancers ?? []).map(loadBalancerArn),
  [theVolumeKeys]: ({ instances }) => (instances ? [arnHere('kms', 'key/*')] : []),
  [theGroupQueues]: (group) => queuesOf(group).map((queue) => arnHere('sqs', queue)),
};

/** Undefined if it stands for nothing of groups. */
export const groupArnsOf = (resource: string, { groups }: Pick<Plan, 'groups'>): string[] | undefined => {
  const ofGroup = arnsOfGroup[resource];
  return ofGroup && groups.flatMap(ofGroup);
};

/** A statement about the members of groups becomes one for each group, which asks for its tags. */
export function perGroup(statement: Statement, { groups }: Pick<Plan, 'groups'>): Statement[] {
  if (!statement.resources.includes(theGroupInstances)) return [statement];
  return groups.flatMap(({ instances }) => (instances ? [ofMembers(statement, instances.tags)] : []));
}

function ofMembers({ actions, conditions }: Statement, tags: Readonly<Record<string, string[]>>): Statement {
  const asked = Object.entries(tags).map(([key, values]) => [`aws:ResourceTag/${key}`, values] as const);
  return {
    actions,
    resources: [arnHere('ec2', 'instance/*')],
    conditions: {
      ...conditions,
      StringEquals: { ...conditions?.['StringEquals'], ...Object.fromEntries(asked) },
    },
  };
}
