/** Dead-letter queues, alarms, and whom they tell. */
import { functionNames } from './functions.ts';
import { ageAlarmId, functionResourceId, lambdaId } from './logical-ids.ts';
import { alarmAfterHours, type Plan, type Tier } from './plan.ts';
import { ownerOf, type Resource, type Resources, ref, type Target } from './template.ts';

/** What reconcile-ledger measures, an hour's value for each tier of each backup. */
export const ageMetric = { namespace: 'Groundskeeper', name: 'NewestBackupAgeHours' } as const;

const topicId = 'NotifyTopic';
const hourSeconds = 3600;

export function alarmResources(plan: Plan, target: Target): Resources {
  const owner = ownerOf(target);
  const actions = actionsOf(plan);
  return {
    ...topicResources(plan, owner),
    ...Object.fromEntries(
      functionNames.flatMap((name) => [
        [functionResourceId(name, 'DeadLetters'), deadLetters()],
        [functionResourceId(name, 'DeadLettersAlarm'), deadLettersAlarm(name, owner, actions)],
        [functionResourceId(name, 'GaveUpAlarm'), gaveUpAlarm(name, owner, actions)],
      ]),
    ),
    ...Object.fromEntries(
      plan.backups.flatMap(({ name, tiers }) =>
        tiers.map((tier) => [ageAlarmId(name, tier.name), ageAlarm(name, tier, owner, actions)]),
      ),
    ),
  };
}

function actionsOf({ notify }: Plan): unknown[] {
  if (notify === undefined) return [];
  return [notify.startsWith('arn:') ? notify : ref(topicId)];
}

function topicResources({ notify }: Plan, owner: string): Resources {
  if (notify === undefined || notify.startsWith('arn:')) return {};
  return {
    [topicId]: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: `Groundskeeper ${owner}` } },
    NotifySubscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: ref(topicId), Protocol: 'email', Endpoint: notify },
    },
  };
}

/** What was tried for long enough. 14 days, the most that SQS keeps, leave time to look and to send it again. */
function deadLetters(): Resource {
  return {
    Type: 'AWS::SQS::Queue',
    Properties: { MessageRetentionPeriod: 14 * 24 * hourSeconds, SqsManagedSseEnabled: true },
  };
}

function deadLettersAlarm(name: string, owner: string, actions: unknown[]): Resource {
  const queue = functionResourceId(name, 'DeadLetters');
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${owner}-${name}-dead-letters`,
      AlarmDescription: `Starts of ${name} failed for good: read the messages in its dead-letter queue.`,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
      Statistic: 'Maximum',
      Period: 300,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      // SQS reports nothing for a queue that has been idle for 6 hours.
      TreatMissingData: 'notBreaching',
      AlarmActions: actions,
      OKActions: actions,
    },
  };
}

/**
 * Rings for each start that Lambda drops after its last retry, and ends by itself: the queue's alarm
 * rings once and then stands until the queue is empty. (The Lambda developer guide's metrics for
 * asynchronous invocation: what goes to a dead-letter queue counts as dropped.)
 */
function gaveUpAlarm(name: string, owner: string, actions: unknown[]): Resource {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${owner}-${name}-gave-up`,
      AlarmDescription: `A start of ${name} has just failed for good: its last retry failed, or it waited for too long.`,
      Namespace: 'AWS/Lambda',
      MetricName: 'AsyncEventsDropped',
      Dimensions: [{ Name: 'FunctionName', Value: ref(lambdaId(name)) }],
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      TreatMissingData: 'notBreaching',
      AlarmActions: actions,
      OKActions: actions,
    },
  };
}

/** One a tier: a tier that has died would hide behind the fresh backups of another. */
function ageAlarm(backup: string, tier: Tier, owner: string, actions: unknown[]): Resource {
  const hours = alarmAfterHours(tier);
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${owner}-${backup}-${tier.name}-age`,
      AlarmDescription: `The newest completed ${tier.name} backup of a volume of ${backup} is older than ${hours} hours, or its age was not measured.`,
      Namespace: ageMetric.namespace,
      MetricName: ageMetric.name,
      Dimensions: [
        { Name: 'owner', Value: owner },
        { Name: 'backup', Value: backup },
        { Name: 'tier', Value: tier.name },
      ],
      Statistic: 'Maximum',
      Period: hourSeconds,
      // Silence is an alarm (a disabled schedule measures nothing), but one missed hour is not.
      EvaluationPeriods: 2,
      DatapointsToAlarm: 2,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: hours,
      TreatMissingData: 'breaching',
      AlarmActions: actions,
      OKActions: actions,
    },
  };
}
