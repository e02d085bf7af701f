/** Which permissions calls about images need. Service Authorization Reference: Amazon EC2, Systems Manager. */
import type { Need } from './iam.ts';
import type { Call } from './sandbox/types.ts';

type Tags = Readonly<Record<string, string>>;

const imageActions = ['CreateImage', 'DeregisterImage', 'DescribeLaunchTemplateVersions'];

/** Images' and snapshots' ARNs name no account. */
const arn = (resource: string) => `arn:aws:ec2:us-east-1::${resource}`;
export const imageArn = (id: string): string => arn(`image/${id}`);
const arnHere = (service: string, resource: string) =>
  `arn:aws:${service}:us-east-1:123456789012:${resource}`;

// Those of snapshots that have no id yet, or that only AWS knows.
const someSnapshot = arn('snapshot/snap-00000000000000000');

const prefixed = (prefix: string, tags: Tags): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [prefix + key, value]));

/** Undefined if the call is about no image. @param tagsOf of an image at the time of the call */
export function imageNeeds({ action, parameters }: Call, tagsOf: (id: string) => Tags): Need[] | undefined {
  if (!imageActions.includes(action)) return undefined;
  const id = String(parameters['ImageId'] ?? '');
  if (action === 'CreateImage') return creationNeeds(parameters);
  if (action === 'DeregisterImage') {
    const context = prefixed('aws:ResourceTag/', tagsOf(id));
    // EC2 user guide, "Deregister an AMI": its snapshots are deleted with the caller's permission. They are tagged as it is.
    return [
      { action: 'ec2:DeregisterImage', resource: imageArn(id), context },
      { action: 'ec2:DeleteSnapshot', resource: someSnapshot, context },
    ];
  }
  const look: Need = { action: `ec2:${action}`, resource: '*', context: {} };
  // EC2 user guide, "Use a Systems Manager parameter instead of an AMI ID".
  const resolve = { action: 'ssm:GetParameters', resource: arnHere('ssm', 'parameter/any'), context: {} };
  return parameters['ResolveAlias'] === 'true' ? [look, resolve] : [look];
}

function creationNeeds(parameters: Call['parameters']): Need[] {
  const instance = arnHere('ec2', `instance/${String(parameters['InstanceId'])}`);
  const made: [string, string][] = [
    ['image', imageArn('ami-00000000000000000')],
    ['snapshot', someSnapshot],
  ];
  return [
    { action: 'ec2:CreateImage', resource: instance, context: {} },
    ...made.flatMap(([type, resource]): Need[] => {
      const context = prefixed('aws:RequestTag/', tagsFor(type, parameters));
      return [
        { action: 'ec2:CreateImage', resource, context },
        { action: 'ec2:CreateTags', resource, context: { ...context, 'ec2:CreateAction': 'CreateImage' } },
      ];
    }),
  ];
}

/** `TagSpecification.2.ResourceType`, `TagSpecification.2.Tag.1.Key` and `.Value`. */
function tagsFor(type: string, parameters: Call['parameters']): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const [name, key] of Object.entries(parameters)) {
    const [, tag, specification] = /^((TagSpecification\.\d+)\.Tag\.\d+)\.Key$/.exec(name) ?? [];
    if (tag !== undefined && parameters[`${specification}.ResourceType`] === type)
      tags[String(key)] = String(parameters[`${tag}.Value`] ?? '');
  }
  return tags;
}
