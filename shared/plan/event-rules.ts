/** The rules that start copies as soon as AWS says that a backup is completed. */
import { copyBackupsJobOf } from './jobs.ts';
import { functionResourceId, lambdaId } from './logical-ids.ts';
import type { Backup, Plan } from './plan.ts';
import { arnOf, type Resource, type Resources, ref } from './template.ts';

const startsFunction = 'copy-backups';
const deadLettersId = functionResourceId(startsFunction, 'DeadLetters');

/** A rule before it is CloudFormation; `npm run plan` shows these. */
export interface EventRule {
  logicalId: string;
  description: string;
  startsFunction: typeof startsFunction;
  pattern: { source: string[]; 'detail-type': string[]; detail: Record<string, string[]> };
  /** With the event in it, which EventBridge fills in. */
  inputTemplate: string;
}

interface Completion extends Pick<EventRule, 'description' | 'pattern'> {
  id: string;
  /** Whether AWS would say so of backups of this one. */
  isOf: (backup: Backup) => boolean;
}

/**
 * Amazon EBS user guide, "EventBridge events for EBS"; Amazon RDS user guide, "RDS event categories":
 * RDS-EVENT-0042 is a manual snapshot, RDS-EVENT-0075 a manual one of a cluster.
 */
const completions: readonly Completion[] = [
  {
    id: 'CopyCompletedSnapshotRule',
    description: 'Starts the copies of a snapshot that is completed',
    pattern: {
      source: ['aws.ec2'],
      'detail-type': ['EBS Snapshot Notification'],
      detail: { event: ['createSnapshot'], result: ['succeeded'] },
    },
    isOf: ({ subject }) => subject.kind === 'volumes',
  },
  {
    id: 'CopyCompletedSetRule',
    description: 'Starts the copies of a set of snapshots that is completed',
    pattern: {
      source: ['aws.ec2'],
      'detail-type': ['EBS Multi-Volume Snapshots Completion Status'],
      detail: { event: ['createSnapshots'], result: ['succeeded'] },
    },
    isOf: ({ subject }) => subject.kind === 'instances',
  },
  {
    id: 'CopyCompletedDbSnapshotRule',
    description: 'Starts the copies of a database snapshot that is completed',
    pattern: {
      source: ['aws.rds'],
      'detail-type': ['RDS DB Snapshot Event'],
      detail: { EventID: ['RDS-EVENT-0042'] },
    },
    isOf: ({ subject }) =>
      subject.kind === 'databases' && (subject.chosen.instances ?? subject.chosen.tags) !== undefined,
  },
  {
    id: 'CopyCompletedClusterSnapshotRule',
    description: 'Starts the copies of a cluster snapshot that is completed',
    pattern: {
      source: ['aws.rds'],
      'detail-type': ['RDS DB Cluster Snapshot Event'],
      detail: { EventID: ['RDS-EVENT-0075'] },
    },
    isOf: ({ subject }) =>
      subject.kind === 'databases' && (subject.chosen.clusters ?? subject.chosen.tags) !== undefined,
  },
];

/** None if nothing is copied; otherwise those of the kinds that are. */
export function eventRulesOf(plan: Plan): EventRule[] {
  const copied = plan.backups.filter(({ copies }) => copies.length > 0);
  // No other variable: EventBridge does not escape what it puts in place of them.
  const inputTemplate = `{"job": ${JSON.stringify(copyBackupsJobOf(plan))}, "event": <aws.events.event.json>}`;
  return completions
    .filter(({ isOf }) => copied.some(isOf))
    .map(({ id, description, pattern }) => ({
      logicalId: id,
      description,
      startsFunction,
      pattern,
      inputTemplate,
    }));
}

export function eventRuleResources(plan: Plan): Resources {
  const rules = eventRulesOf(plan);
  if (rules.length === 0) return {};
  return {
    ...Object.fromEntries(
      rules.flatMap((rule) => [
        [rule.logicalId, ruleResource(rule)],
        [`${rule.logicalId}Permission`, permission(rule)],
      ]),
    ),
    [functionResourceId(startsFunction, 'DeadLettersPolicy')]: deadLettersPolicy(rules),
  };
}

function ruleResource({ description, pattern, inputTemplate }: EventRule): Resource {
  return {
    Type: 'AWS::Events::Rule',
    Properties: {
      Description: description,
      State: 'ENABLED',
      EventPattern: pattern,
      Targets: [
        {
          Id: startsFunction,
          Arn: arnOf(lambdaId(startsFunction)),
          InputTransformer: { InputTemplate: inputTemplate },
          // After an hour the schedule has long seen to it.
          RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 185 },
          DeadLetterConfig: { Arn: arnOf(deadLettersId) },
        },
      ],
    },
  };
}

const permission = ({ logicalId }: EventRule): Resource => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    FunctionName: arnOf(lambdaId(startsFunction)),
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn: arnOf(logicalId),
  },
});

/** EventBridge user guide, "Dead-letter queues": a rule has no role, so the queue itself lets it in. */
const deadLettersPolicy = (rules: readonly EventRule[]): Resource => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [ref(deadLettersId)],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arnOf(deadLettersId),
          Condition: { ArnEquals: { 'aws:SourceArn': rules.map(({ logicalId }) => arnOf(logicalId)) } },
        },
      ],
    },
  },
});
