/** A role of its own for each function: what its `permissions.ts` says, its log group, its queues. */
import { ledgerStatement } from '../ledger/permissions.ts';
import {
  type FunctionName,
  functionNames,
  functions,
  groupFunctions,
  siteFunctions,
  tickedFunctions,
} from './functions.ts';
import { groupArnsOf, perGroup } from './group-arns.ts';
import { functionResourceId } from './logical-ids.ts';
import { arnHere, type Statement, theOwner } from './permissions.ts';
import type { Plan } from './plan.ts';
import { queueing } from './queues.ts';
import { siteArnsOf } from './site-arns.ts';
import { arnOf, filledIn, ownerOf, type Resource, type Resources, sub, type Target } from './template.ts';

export function roleResources(plan: Plan, target: Target): Resources {
  return Object.fromEntries(
    functionNames.map((name) => [functionResourceId(name, 'Role'), role(name, plan, ownerOf(target))]),
  );
}

function role(name: FunctionName, plan: Plan, owner: string): Resource {
  // osls creates the group, so that its retention holds; the function only writes its streams.
  const logGroup = arnHere('logs', `log-group:/aws/lambda/${owner}-${name}:*`);
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      Policies: [
        {
          PolicyName: name,
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                Resource: [sub(logGroup)],
              },
              ...deadLettersStatements(name),
              ...queueStatements(name),
              ...statementsOf(name, plan).map((statement) => policyStatement(statement, owner)),
            ],
          },
        },
      ],
    },
  };
}

/** Lambda fills it with the role of the function. */
function deadLettersStatements(name: FunctionName) {
  if (tickedFunctions.includes(name)) return [];
  const Resource = [arnOf(functionResourceId(name, 'DeadLetters'))];
  return [{ Effect: 'Allow', Action: ['sqs:SendMessage'], Resource }];
}

/** It fills its queue itself; Lambda empties it with the role of the function. */
function queueStatements(name: string) {
  if (!queueing.includes(name)) return [];
  return [
    {
      Effect: 'Allow',
      Action: ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      Resource: [arnOf(functionResourceId(name, 'Queue'))],
    },
  ];
}

/** What the rights of functions depend on. */
type Named = Pick<Plan, 'ledger' | 'sites' | 'groups'>;

/** What a function may do beyond its logs and its queues, under the plan's ledger, with its sites and groups. */
export function statementsOf(name: FunctionName, plan: Named): Statement[] {
  if (isIdle(name, plan)) return [];
  const { statements, ledger: operations } = functions[name];
  return [
    ...statements
      .flatMap((statement) => perGroup(statement, plan))
      .map((statement) => ({ ...statement, resources: arnsOf(statement.resources, plan) }))
      .filter(({ resources }) => resources.length > 0),
    ...(operations.length > 0 ? [ledgerStatement(plan.ledger, operations)] : []),
  ];
}

const isIdle = (name: FunctionName, { sites, groups }: Named): boolean =>
  (sites.length === 0 && siteFunctions.includes(name)) ||
  (groups.length === 0 && groupFunctions.includes(name));

/** The ARNs that the resources of a statement stand for: of each site or group, or just themselves. Each once. */
const arnsOf = (resources: readonly string[], plan: Named): string[] => [
  ...new Set(
    resources.flatMap((resource) => siteArnsOf(resource, plan) ?? groupArnsOf(resource, plan) ?? [resource]),
  ),
];

function policyStatement({ actions, resources, conditions }: Statement, owner: string) {
  return {
    Effect: 'Allow',
    Action: [...actions],
    Resource: resources.map((resource) => filled(resource, owner)),
    ...(conditions && { Condition: filledConditions(conditions, owner) }),
  };
}

const filled = (text: string, owner: string) => filledIn(text.replaceAll(theOwner, owner));

const filledConditions = (conditions: NonNullable<Statement['conditions']>, owner: string) =>
  Object.fromEntries(
    Object.entries(conditions).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, filledValue(value, owner)])),
    ]),
  );

const filledValue = (value: string | readonly string[], owner: string) =>
  typeof value === 'string' ? filled(value, owner) : value.map((one) => filled(one, owner));
