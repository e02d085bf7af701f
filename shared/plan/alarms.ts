/** What rings when, and whom it tells. */
import { alarm } from './alarm.ts';
import { type FunctionName, functionNames, tickedFunctions } from './functions.ts';
import { ageAlarmId, functionResourceId, lambdaId } from './logical-ids.ts';
import { alarmAfterHours, copyRegions, type Plan, type Tier } from './plan.ts';
import { subjectWords } from './subject-words.ts';
import { ownerOf, type Resource, type Resources, ref, type Target } from './template.ts';

/** What reconcile-ledger measures, an hour's value for each tier of each backup. */
export const ageMetric = { namespace: 'Groundskeeper', name: 'NewestBackupAgeHours' } as const;

/** What copy-backups measures each time that its schedule starts it. */
export const copyMetrics = {
  failed: { namespace: 'Groundskeeper', name: 'CopiesFailed' },
  awaited: { namespace: 'Groundskeeper', name: 'OldestAwaitedCopyHours' },
} as const;

/** A day: the first copy of a large volume takes hours, and AWS makes 20 a region at a time. */
export const awaitedCopyHours = 24;

const topicId = 'NotifyTopic';
const hourSeconds = 3600;
const minutesSeconds = 300;

interface Bells {
  owner: string;
  actions: readonly unknown[];
}

export function alarmResources(plan: Plan, target: Target): Resources {
  const bells = { owner: ownerOf(target), actions: actionsOf(plan) };
  return {
    ...topicResources(plan, bells.owner),
    ...Object.fromEntries(
      functionNames.flatMap((name) => [
        [functionResourceId(name, 'DeadLettersAlarm'), deadLettersAlarm(name, bells)],
        [functionResourceId(name, 'GaveUpAlarm'), gaveUpAlarm(name, bells)],
      ]),
    ),
    ...ageAlarms(plan, bells),
    ...(copyRegions(plan).length > 0 && {
      CopiesFailedAlarm: copiesFailedAlarm(bells),
      CopiesLateAlarm: copiesLateAlarm(bells),
    }),
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

function deadLettersAlarm(name: FunctionName, { owner, actions }: Bells): Resource {
  const queue = functionResourceId(name, 'DeadLetters');
  return alarm({
    name: `${owner}-${name}-dead-letters`,
    description: `Starts of ${name} ${tickedFunctions.includes(name) ? 'could not be delivered' : 'failed for good'}: read the messages in its dead-letter queue.`,
    metric: {
      namespace: 'AWS/SQS',
      name: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: { 'Fn::GetAtt': [queue, 'QueueName'] } },
    },
    statistic: 'Maximum',
    periodSeconds: minutesSeconds,
    periods: 1,
    moreThan: 0,
    // SQS reports nothing for a queue that has been idle for 6 hours.
    silence: 'notBreaching',
    actions,
  });
}

/**
 * Rings for each start that Lambda drops after its last retry, and ends by itself: the queue's alarm
 * rings once and then stands until the queue is empty. (The Lambda developer guide's metrics for
 * asynchronous invocation: what goes to a dead-letter queue counts as dropped.) Where the next tick mends what one has
 * failed at, only what goes on for two periods rings.
 */
function gaveUpAlarm(name: FunctionName, { owner, actions }: Bells): Resource {
  const isTicked = tickedFunctions.includes(name);
  return alarm({
    name: `${owner}-${name}-gave-up`,
    description: isTicked
      ? `Starts of ${name} have failed for some minutes: read its reports.`
      : `A start of ${name} has just failed for good: its last retry failed, or it waited for too long.`,
    metric: {
      namespace: 'AWS/Lambda',
      name: 'AsyncEventsDropped',
      dimensions: { FunctionName: ref(lambdaId(name)) },
    },
    statistic: 'Sum',
    periodSeconds: minutesSeconds,
    periods: isTicked ? 2 : 1,
    moreThan: 0,
    silence: 'notBreaching',
    actions,
  });
}

/** One a tier: a tier that has died would hide behind the fresh backups of another. */
function ageAlarms({ backups }: Plan, bells: Bells): Resources {
  return Object.fromEntries(
    backups.flatMap(({ name, subject, tiers }) =>
      tiers.map((tier) => [
        ageAlarmId(name, tier.name),
        ageAlarm(name, tier, subjectWords[subject.kind].ofOne, bells),
      ]),
    ),
  );
}

function ageAlarm(backup: string, tier: Tier, ofOne: string, { owner, actions }: Bells): Resource {
  const hours = alarmAfterHours(tier);
  return alarm({
    name: `${owner}-${backup}-${tier.name}-age`,
    description: `The newest completed ${tier.name} backup of ${ofOne} of ${backup} is older than ${hours} hours, or its age was not measured.`,
    metric: { ...ageMetric, dimensions: { owner, backup, tier: tier.name } },
    statistic: 'Maximum',
    periodSeconds: hourSeconds,
    // Silence is an alarm (a disabled schedule measures nothing), but one missed hour is not.
    periods: 2,
    moreThan: hours,
    silence: 'breaching',
    actions,
  });
}

function copiesFailedAlarm({ owner, actions }: Bells): Resource {
  return alarm({
    name: `${owner}-copies-failed`,
    description:
      'Copies of backups failed for good, such as for their key: read the report of copy-backups, mend the cause and name the backups to it.',
    metric: { ...copyMetrics.failed, dimensions: { owner } },
    statistic: 'Maximum',
    periodSeconds: hourSeconds,
    periods: 1,
    moreThan: 0,
    // The other alarm rings in silence.
    silence: 'notBreaching',
    actions,
  });
}

function copiesLateAlarm({ owner, actions }: Bells): Resource {
  return alarm({
    name: `${owner}-copies-late`,
    description: `A backup has waited for its copy for more than ${awaitedCopyHours} hours, or nobody looked.`,
    metric: { ...copyMetrics.awaited, dimensions: { owner } },
    statistic: 'Maximum',
    periodSeconds: hourSeconds,
    periods: 2,
    moreThan: awaitedCopyHours,
    silence: 'breaching',
    actions,
  });
}
