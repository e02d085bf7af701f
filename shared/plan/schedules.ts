/** The schedules: one a tier and a site, one for expiry, one for the ledger, and one for copies if there are any. */
import { cronOf, type Rhythm, zoneOf } from './cadence.ts';
import { type FunctionName, functionNames } from './functions.ts';
import { copyBackupsJobOf, expireBackupsJobOf, reconcileLedgerJobOf, takingOf } from './jobs.ts';
import {
  functionResourceId,
  lambdaId,
  scheduleName,
  siteResourceId,
  tierScheduleId,
  verifyScheduleName,
} from './logical-ids.ts';
import { arnHere } from './permissions.ts';
import { copyRegions, intervalOf, mostHours, type Plan } from './plan.ts';
import { verifyJobOf } from './site-jobs.ts';
import { subjectWords } from './subject-words.ts';
import {
  arnOf,
  filledIn,
  ownerOf,
  type Resource,
  type Resources,
  ref,
  sub,
  type Target,
} from './template.ts';

/** A schedule before it is CloudFormation; `npm run plan` shows these. */
export interface Schedule {
  logicalId: string;
  name: string;
  description: string;
  startsFunction: FunctionName;
  job: object;
  rhythm: Rhythm;
}

const groupId = 'ScheduleGroup';
const roleId = 'SchedulerRole';

/** Hourly, each at a minute of its own. */
const expiry: Rhythm = { unit: 'hour', hours: 1, minute: 50 };
const reconciling: Rhythm = { unit: 'hour', hours: 1, minute: 10 };
/** What no event said, and the copies under way: often, since AWS makes 20 a region at a time. */
const copying: Rhythm = { unit: 'minute', minutes: 10, from: 5 };

export function schedulesOf(plan: Plan): Schedule[] {
  return [...tierSchedules(plan), ...copySchedules(plan), ...siteSchedules(plan), ...hourlySchedules(plan)];
}

function tierSchedules({ backups }: Plan): Schedule[] {
  return backups.flatMap((backup) =>
    backup.tiers.map((tier) => ({
      logicalId: tierScheduleId(backup.name, tier.name),
      name: scheduleName(backup.name, tier.name),
      description: `Takes the ${tier.name} ${subjectWords[backup.subject.kind].makes} of ${backup.name}`,
      ...takingOf(backup, tier),
      rhythm: tier.cadence,
    })),
  );
}

function copySchedules(plan: Plan): Schedule[] {
  if (copyRegions(plan).length === 0) return [];
  return [
    {
      logicalId: functionResourceId('copy-backups', 'Schedule'),
      name: 'copy-backups',
      description: 'Starts the copies that no event has started, and looks after those under way',
      startsFunction: 'copy-backups',
      job: copyBackupsJobOf(plan),
      rhythm: copying,
    },
  ];
}

function siteSchedules({ sites }: Plan): Schedule[] {
  return sites.flatMap((site) =>
    site.verifyAt === undefined
      ? []
      : [
          {
            logicalId: siteResourceId(site.name, 'VerifySchedule'),
            name: verifyScheduleName(site.name),
            description: `Mends what another hand changed of the site ${site.name}`,
            startsFunction: 'sync-assets' as const,
            job: verifyJobOf(site),
            rhythm: { unit: 'day', at: site.verifyAt } as const,
          },
        ],
  );
}

function hourlySchedules(plan: Plan): Schedule[] {
  return [
    {
      logicalId: functionResourceId('expire-backups', 'Schedule'),
      name: 'expire-backups',
      description: 'Deletes the backups that are due',
      startsFunction: 'expire-backups',
      job: expireBackupsJobOf(plan),
      rhythm: expiry,
    },
    {
      logicalId: functionResourceId('reconcile-ledger', 'Schedule'),
      name: 'reconcile-ledger',
      description: 'Makes the ledger agree with the tags, and measures the age of the newest backups',
      startsFunction: 'reconcile-ledger',
      job: reconcileLedgerJobOf(plan),
      rhythm: reconciling,
    },
  ];
}

export function scheduleResources(plan: Plan, target: Target): Resources {
  const schedules = schedulesOf(plan).map(
    (schedule) => [schedule.logicalId, scheduleResource(schedule, plan)] as const,
  );
  return {
    [groupId]: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: ownerOf(target) } },
    [roleId]: schedulerRole(ownerOf(target)),
    ...Object.fromEntries(schedules),
  };
}

function scheduleResource(schedule: Schedule, { timezone }: Plan): Resource {
  const { name, description, startsFunction, job, rhythm } = schedule;
  return {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Name: name,
      Description: description,
      GroupName: ref(groupId),
      State: 'ENABLED',
      ScheduleExpression: cronOf(rhythm),
      ScheduleExpressionTimezone: zoneOf(rhythm, timezone),
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: arnOf(lambdaId(startsFunction)),
        RoleArn: arnOf(roleId),
        Input: filledIn(JSON.stringify(job)),
        RetryPolicy: { MaximumEventAgeInSeconds: retrySeconds(rhythm), MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: arnOf(functionResourceId(startsFunction, 'DeadLetters')) },
      },
    },
  };
}

/** A start is worth delivering until the next one is due; a day is the most that Scheduler retries. */
const retrySeconds = (rhythm: Rhythm): number =>
  rhythm.unit === 'minute' ? rhythm.minutes * 60 : Math.min(mostHours(intervalOf(rhythm)), 24) * 3600;

/** Scheduler's own role: it starts these functions and puts what it cannot deliver into their queues. */
function schedulerRole(owner: string): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'scheduler.amazonaws.com' },
            Action: 'sts:AssumeRole',
            // Confused deputy: only our own group's schedules (EventBridge Scheduler user guide).
            Condition: {
              StringEquals: {
                'aws:SourceAccount': ref('AWS::AccountId'),
                'aws:SourceArn': sub(arnHere('scheduler', `schedule-group/${owner}`)),
              },
            },
          },
        ],
      },
      Policies: [
        {
          PolicyName: 'start-functions',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['lambda:InvokeFunction'],
                Resource: functionNames.map((name) => arnOf(lambdaId(name))),
              },
              {
                Effect: 'Allow',
                Action: ['sqs:SendMessage'],
                Resource: functionNames.map((name) => arnOf(functionResourceId(name, 'DeadLetters'))),
              },
            ],
          },
        },
      ],
    },
  };
}
