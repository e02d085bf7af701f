/**
 * IAM as far as our roles use it: which permissions a call needs, and whether a role has them.
 * Service Authorization Reference: Amazon EC2, RDS, S3, CloudFront, EventBridge, Systems Manager, SimpleDB, DynamoDB;
 * of what scales, `iam-scaling.ts`.
 */
import type { Resource } from '../shared/plan/template.ts';
import { imageArn, imageNeeds } from './iam-images.ts';
import { rdsNeeds } from './iam-rds.ts';
import { s3Needs } from './iam-s3.ts';
import { autoScalingNeeds, balancerNeeds, cloudWatchNeeds, instanceNeeds } from './iam-scaling.ts';
import type { Call } from './sandbox/types.ts';

/** One permission that AWS checks for a call. */
export interface Need {
  /** `ec2:DeleteSnapshot` */
  action: string;
  resource: string;
  context: Readonly<Record<string, string | readonly string[]>>;
}

/** A statement of a role, with CloudFormation's parameters filled in. */
export interface Grant {
  actions: readonly string[];
  resources: readonly string[];
  /** By operator and key, the values of which one has to fit. */
  conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

const partition = 'aws';
const region = 'us-east-1';
const account = '123456789012';

const parameters: Readonly<Record<string, string>> = {
  'AWS::Partition': partition,
  'AWS::Region': region,
  'AWS::AccountId': account,
};

const arn = (service: string, resource: string, owner = account, where = region) =>
  `arn:${partition}:${service}:${where}:${owner}:${resource}`;

/** Snapshots' ARNs name no account. */
const snapshotArn = (id: string, where = region) => arn('ec2', `snapshot/${id}`, '', where);

type TagsOf = (id: string) => Readonly<Record<string, string>>;

/** @param tagsOf of a snapshot or an instance at the time of the call */
export function needsOf(call: Call, tagsOf: TagsOf): Need[] {
  const { service, action, parameters } = call;
  const of = (name: string) => String(parameters[name] ?? '');
  switch (service) {
    case 'ec2':
      if (action === 'CopySnapshot') return copySnapshotNeeds(call, of, tagsOf);
      return (
        imageNeeds(call, tagsOf) ?? instanceNeeds(call, tagsOf) ?? ec2Needs(action, of, parameters, tagsOf)
      );
    case 'autoscaling':
      return autoScalingNeeds(call);
    case 'elb':
    case 'elbv2':
      return balancerNeeds(call);
    case 'cloudwatch':
      return cloudWatchNeeds(call);
    case 'rds':
      return rdsNeeds(call, tagsOf, keyNeeds);
    case 's3':
      return s3Needs(call);
    case 'cloudfront':
      return [{ action: `cloudfront:${action}`, resource: distributionIn(call), context: {} }];
    case 'events':
      return [{ action: `events:${action}`, resource: arn('events', 'event-bus/default'), context: {} }];
    case 'sqs':
      return [{ action: `sqs:${action.replace(/Batch$/, '')}`, resource: queueIn(parameters), context: {} }];
    case 'ssm':
      return ssmNeeds(action, parameters);
    case 'simpledb':
      return [
        {
          action: `sdb:${action}`,
          resource: arn('sdb', `domain/${of('DomainName') || domainIn(of('SelectExpression'))}`),
          context: {},
        },
      ];
    case 'dynamodb':
      return [
        {
          action: `dynamodb:${action}`,
          resource: arn('dynamodb', `table/${tableIn(parameters)}`),
          context: {},
        },
      ];
    default:
      throw new Error(`iam.ts does not know which permissions ${service} ${action} needs`);
  }
}

/** The permission for a Select is that for the domain in its text. */
const domainIn = (expression: string): string => /from `([^`]+)`/.exec(expression)?.[1] ?? '';

/** Of one in no region; a listing is of all. */
function distributionIn({ action, parameters: { DistributionId, Id } }: Call): string {
  return action.startsWith('List')
    ? '*'
    : arn('cloudfront', `distribution/${String(DistributionId ?? Id)}`, account, '');
}

/** A template's queues are named by their logical ids here, and so are those of the scenarios. */
function queueIn({ QueueName, QueueUrl }: Call['parameters']): string {
  const url = String(QueueUrl);
  return arn('sqs', String(QueueName ?? url.slice(url.lastIndexOf('/') + 1)));
}

function tableIn({ TableName, IndexName, RequestItems }: Call['parameters']): string {
  const table = TableName ?? Object.keys(RequestItems ?? {})[0];
  return IndexName === undefined ? String(table) : `${String(table)}/index/${String(IndexName)}`;
}

function ssmNeeds(action: string, { InstanceIds = [], DocumentName }: Call['parameters']): Need[] {
  if (action !== 'SendCommand') return [{ action: `ssm:${action}`, resource: '*', context: {} }];
  const document = arn('ssm', `document/${String(DocumentName)}`, '');
  const instances = (InstanceIds as string[]).map((id) => arn('ec2', `instance/${id}`));
  return [document, ...instances].map((resource) => ({ action: 'ssm:SendCommand', resource, context: {} }));
}

function ec2Needs(
  action: string,
  of: (name: string) => string,
  parameters: Call['parameters'],
  tagsOf: TagsOf,
): Need[] {
  if (action.startsWith('Describe')) return [{ action: `ec2:${action}`, resource: '*', context: {} }];
  const tagged = (id: string) => prefixed('aws:ResourceTag/', tagsOf(id));
  switch (action) {
    case 'CreateSnapshots': {
      const tags = prefixed('aws:RequestTag/', tagsIn(parameters));
      const snapshot = snapshotArn('snap-00000000000000000'); // none of them has an id yet
      const instance = arn('ec2', `instance/${of('InstanceSpecification.InstanceId')}`);
      const volume = arn('ec2', 'volume/vol-00000000000000000'); // AWS knows which
      return [
        { action: 'ec2:CreateSnapshots', resource: instance, context: {} },
        { action: 'ec2:CreateSnapshots', resource: volume, context: {} },
        { action: 'ec2:CreateSnapshots', resource: snapshot, context: tags },
        { action: 'ec2:CreateTags', resource: snapshot, context: { ...tags, 'ec2:CreateAction': action } },
      ];
    }
    case 'CreateSnapshot': {
      const tags = prefixed('aws:RequestTag/', tagsIn(parameters));
      const snapshot = snapshotArn('snap-00000000000000000'); // it has no id yet
      return [
        { action: 'ec2:CreateSnapshot', resource: arn('ec2', `volume/${of('VolumeId')}`), context: {} },
        { action: 'ec2:CreateSnapshot', resource: snapshot, context: tags },
        // Tagging in the creation call needs its own permission: "Grant permission to tag resources during creation".
        { action: 'ec2:CreateTags', resource: snapshot, context: { ...tags, 'ec2:CreateAction': action } },
      ];
    }
    case 'DeleteSnapshot':
      return [
        {
          action: 'ec2:DeleteSnapshot',
          resource: snapshotArn(of('SnapshotId')),
          context: tagged(of('SnapshotId')),
        },
      ];
    case 'CreateTags': {
      const keys = { 'aws:TagKeys': keysIn(parameters) };
      return idsIn(parameters).map((id) => ({
        action: 'ec2:CreateTags',
        resource: id.startsWith('ami-') ? imageArn(id) : snapshotArn(id),
        context: { ...tagged(id), ...keys },
      }));
    }
    default:
      throw new Error(`iam.ts does not know which permissions EC2's ${action} needs`);
  }
}

/** In the region that it is called in the copy, where it comes from the original. */
function copySnapshotNeeds(
  { action, region: where, parameters }: Call,
  of: (name: string) => string,
  tagsOf: TagsOf,
): Need[] {
  const from = of('SourceRegion');
  const tags = prefixed('aws:RequestTag/', tagsIn(parameters));
  const original = prefixed('aws:ResourceTag/', tagsOf(of('SourceSnapshotId')));
  const copy = snapshotArn('snap-00000000000000000', where); // it has no id yet
  return [
    { action: 'ec2:CopySnapshot', resource: snapshotArn(of('SourceSnapshotId'), from), context: original },
    { action: 'ec2:CopySnapshot', resource: copy, context: tags },
    { action: 'ec2:CreateTags', resource: copy, context: { ...tags, 'ec2:CreateAction': action } },
    ...[from, where ?? region].flatMap((region) => keyNeeds('ec2', region)),
  ];
}

/** https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html: "Permissions for IAM users" */
function keyNeeds(service: string, where: string): Need[] {
  const actions = [
    'Decrypt',
    'DescribeKey',
    'GenerateDataKeyWithoutPlaintext',
    'ReEncryptFrom',
    'ReEncryptTo',
  ];
  const context = { 'kms:ViaService': `${service}.${where}.amazonaws.com` };
  const resource = arn('kms', 'key/00000000-0000-0000-0000-000000000000', account, where);
  return [
    ...actions.map((action) => ({ action: `kms:${action}`, resource, context })),
    { action: 'kms:CreateGrant', resource, context: { ...context, 'kms:GrantIsForAWSResource': 'true' } },
  ];
}

const prefixed = (prefix: string, tags: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [prefix + key, value]));

/** `TagSpecification.1.Tag.2.Key` and `.Value`. */
function tagsIn(parameters: Call['parameters']): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const [name, key] of Object.entries(parameters)) {
    const tag = /^(TagSpecification\.1\.Tag\.\d+)\.Key$/.exec(name)?.[1];
    if (tag !== undefined) tags[String(key)] = String(parameters[`${tag}.Value`] ?? '');
  }
  return tags;
}

/** `ResourceId.1`. */
const idsIn = (parameters: Call['parameters']): string[] =>
  Object.entries(parameters)
    .filter(([name]) => /^ResourceId\.\d+$/.test(name))
    .map(([, id]) => String(id));

/** `Tag.1.Key`. */
const keysIn = (parameters: Call['parameters']): string[] =>
  Object.entries(parameters)
    .filter(([name]) => /^Tag\.\d+\.Key$/.test(name))
    .map(([, key]) => String(key));

interface PolicyStatement {
  Effect: string;
  Action: string[];
  Resource: unknown[];
  Condition?: Record<string, Record<string, unknown>>;
}

/** What a role of the compiled template allows. */
export function grantsOf(role: Resource | undefined): Grant[] {
  const policies = (role?.Properties?.['Policies'] ?? []) as {
    PolicyDocument: { Statement: PolicyStatement[] };
  }[];
  return policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .map(({ Effect, Action, Resource, Condition = {} }) => {
      if (Effect !== 'Allow') throw new Error(`iam.ts knows statements that allow, not ${Effect}`);
      return {
        actions: Action,
        resources: Resource.map(resolved),
        conditions: Object.fromEntries(
          Object.entries(Condition).map(([operator, keys]) => [
            operator,
            Object.fromEntries(
              Object.entries(keys).map(([key, value]) => [key, [value].flat().map(resolved)]),
            ),
          ]),
        ),
      };
    });
}

/** Text, `Fn::Sub` with AWS's own parameters, or `Fn::GetAtt` of an ARN. */
function resolved(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Sub': text, 'Fn::GetAtt': attribute } = value as {
    'Fn::Sub'?: string;
    'Fn::GetAtt'?: string[];
  };
  if (attribute) return arn('sqs', attribute[0] ?? '');
  if (text === undefined) throw new Error(`iam.ts cannot resolve ${JSON.stringify(value)}`);
  return text.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) throw new Error(`iam.ts cannot fill in ${name}`);
    return value;
  });
}

/** The grants that allow it; none: AWS refuses the call. */
export const allowing = (need: Need, grants: readonly Grant[]): Grant[] =>
  grants.filter(
    ({ actions, resources, conditions }) =>
      actions.some((action) => matches(action, need.action)) &&
      resources.some((resource) => matches(resource, need.resource)) &&
      Object.entries(conditions).every(([operator, keys]) => holds(operator, keys, need)),
  );

export const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.split('*').map(literally).join('.*')}$`).test(text);

const literally = (text: string): string => text.replaceAll(/[.+?^${}()|[\]\\/]/g, '\\$&');

type Holds = (found: string | readonly string[] | undefined, expected: readonly string[]) => boolean;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators: Readonly<Record<string, Holds>> = {
  StringLike: (found, expected) =>
    typeof found === 'string' && expected.some((pattern) => matches(pattern, found)),
  Bool: (found, expected) => typeof found === 'string' && expected.includes(found),
  StringEquals: (found, expected) => typeof found === 'string' && expected.includes(found),
  // True, too, where the request has no such key.
  'ForAllValues:StringEquals': (found, expected) =>
    [found ?? []].flat().every((value) => expected.includes(value)),
  Null: (found, expected) => expected.includes(`${found === undefined || found.length === 0}`),
};

function holds(
  operator: string,
  keys: Readonly<Record<string, readonly string[]>>,
  { context }: Need,
): boolean {
  const isMet = operators[operator];
  if (!isMet) throw new Error(`iam.ts does not know the operator ${operator}`);
  return Object.entries(keys).every(([key, value]) => isMet(context[key], value));
}
