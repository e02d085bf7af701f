/**
 * Which permissions the calls of scale-group need. Service Authorization Reference: Amazon EC2, EC2 Auto Scaling,
 * Elastic Load Balancing (V2), CloudWatch.
 */
import type { Need } from './iam.ts';
import type { Call } from './sandbox/types.ts';

const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:123456789012:${resource}`;

const on = (service: string, { action }: Call, resource: string): Need[] => [
  { action: `${service}:${action}`, resource, context: {} },
];

export function autoScalingNeeds(call: Call): Need[] {
  if (call.action.startsWith('Describe')) return on('autoscaling', call, '*');
  const name = String(call.parameters['AutoScalingGroupName']);
  // AWS fills in the group's id, which nobody knows before.
  const id = '00000000-0000-0000-0000-000000000000';
  return on('autoscaling', call, arn('autoscaling', `autoScalingGroup:${id}:autoScalingGroupName/${name}`));
}

export function balancerNeeds(call: Call): Need[] {
  const { action, parameters } = call;
  if (action.startsWith('Describe')) return on('elasticloadbalancing', call, '*');
  const { TargetGroupArn, LoadBalancerName } = parameters;
  const classic = arn('elasticloadbalancing', `loadbalancer/${String(LoadBalancerName)}`);
  // The account makes the end of it up.
  const targetGroup = String(TargetGroupArn).replace(/[^/]+$/, '0123456789abcdef');
  return on('elasticloadbalancing', call, TargetGroupArn === undefined ? classic : targetGroup);
}

/** CloudWatch has no resource to name in what is read. */
export const cloudWatchNeeds = (call: Call): Need[] => on('cloudwatch', call, '*');

/** Undefined if the call is of something else than instances. */
export function instanceNeeds(
  call: Call,
  tagsOf: (id: string) => Readonly<Record<string, string>>,
): Need[] | undefined {
  const { action, parameters } = call;
  const named = /^(Start|Stop)Instances$/.test(action) ? /^InstanceId\.\d+$/ : /^ResourceId\.\d+$/;
  const ids = valuesOf(named, parameters);
  if (!/^(Start|Stop)Instances$|^(Create|Delete)Tags$/.test(action)) return undefined;
  if (!ids.every((id) => id.startsWith('i-'))) return undefined;
  const keys = action.endsWith('Tags') ? { 'aws:TagKeys': valuesOf(/^Tag\.\d+\.Key$/, parameters) } : {};
  const needs = ids.map((id) => ({
    action: `ec2:${action}`,
    resource: arn('ec2', `instance/${id}`),
    context: { ...resourceTags(tagsOf(id)), ...keys },
  }));
  return action === 'StartInstances' ? [...needs, grantNeed] : needs;
}

/** Of an encrypted volume: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html */
const grantNeed: Need = {
  action: 'kms:CreateGrant',
  resource: arn('kms', 'key/00000000-0000-0000-0000-000000000000'),
  context: { 'kms:ViaService': 'ec2.us-east-1.amazonaws.com', 'kms:GrantIsForAWSResource': 'true' },
};

const resourceTags = (tags: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));

const valuesOf = (named: RegExp, parameters: Call['parameters']): string[] =>
  Object.entries(parameters)
    .filter(([name]) => named.test(name))
    .map(([, value]) => String(value));
