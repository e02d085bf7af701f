/** The rules: what starts a function as soon as AWS, or another function, says that something has happened. */
import { copyRulesOf } from './copy-rules.ts';
import { type FunctionName, functionNames } from './functions.ts';
import { groupRulesOf } from './group-rules.ts';
import { functionResourceId, lambdaId } from './logical-ids.ts';
import type { Plan } from './plan.ts';
import { siteRulesOf } from './site-rules.ts';
import { allFilledIn, arnOf, filledIn, type Resource, type Resources, ref, type Target } from './template.ts';

/** A rule before it is CloudFormation; `npm run plan` shows these. */
export interface EventRule {
  logicalId: string;
  description: string;
  startsFunction: FunctionName;
  pattern: { source: string[]; 'detail-type': string[]; detail: Record<string, unknown> };
  job: object;
  /** How long EventBridge tries to start the function. */
  retrySeconds: number;
}

export const eventRulesOf = (plan: Plan, target: Target): EventRule[] => [
  ...copyRulesOf(plan),
  ...siteRulesOf(plan, target),
  ...groupRulesOf(plan),
];

export function eventRuleResources(plan: Plan, target: Target): Resources {
  const rules = eventRulesOf(plan, target);
  return {
    ...Object.fromEntries(
      rules.flatMap((rule) => [
        [rule.logicalId, ruleResource(rule)],
        [`${rule.logicalId}Permission`, permission(rule)],
      ]),
    ),
    ...deadLettersPolicies(rules),
  };
}

/** No other variable than the event: EventBridge does not escape what it puts in place of them. */
export const inputTemplateOf = ({ job }: Pick<EventRule, 'job'>): string =>
  `{"job": ${JSON.stringify(job)}, "event": <aws.events.event.json>}`;

function ruleResource(rule: EventRule): Resource {
  const { description, startsFunction, pattern, retrySeconds } = rule;
  return {
    Type: 'AWS::Events::Rule',
    Properties: {
      Description: description,
      State: 'ENABLED',
      EventPattern: allFilledIn(pattern),
      Targets: [
        {
          Id: startsFunction,
          Arn: arnOf(lambdaId(startsFunction)),
          InputTransformer: { InputTemplate: filledIn(inputTemplateOf(rule)) },
          RetryPolicy: { MaximumEventAgeInSeconds: retrySeconds, MaximumRetryAttempts: 185 },
          DeadLetterConfig: { Arn: arnOf(functionResourceId(startsFunction, 'DeadLetters')) },
        },
      ],
    },
  };
}

const permission = ({ logicalId, startsFunction }: EventRule): Resource => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    FunctionName: arnOf(lambdaId(startsFunction)),
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn: arnOf(logicalId),
  },
});

function deadLettersPolicies(rules: readonly EventRule[]): Resources {
  const started = functionNames.filter((name) => rules.some((rule) => rule.startsFunction === name));
  return Object.fromEntries(
    started.map((name) => [
      functionResourceId(name, 'DeadLettersPolicy'),
      deadLettersPolicy(
        functionResourceId(name, 'DeadLetters'),
        rules.filter((rule) => rule.startsFunction === name),
      ),
    ]),
  );
}

/** EventBridge user guide, "Dead-letter queues": a rule has no role, so the queue itself lets it in. */
const deadLettersPolicy = (queueId: string, rules: readonly EventRule[]): Resource => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [ref(queueId)],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arnOf(queueId),
          Condition: { ArnEquals: { 'aws:SourceArn': rules.map(({ logicalId }) => arnOf(logicalId)) } },
        },
      ],
    },
  },
});
