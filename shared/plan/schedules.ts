/** The schedules: one a tier and a site, those of groups, one for expiry, one for the ledger, and one for copies if there are any. */
import { cronOf, type Rhythm, zoneOf } from './cadence.ts';
import type { FunctionName } from './functions.ts';
import { groupSchedules } from './group-schedules.ts';
import { copyBackupsJobOf, expireBackupsJobOf, reconcileLedgerJobOf, takingOf } from './jobs.ts';
import {
  functionResourceId,
  lambdaId,
  scheduleName,
  siteResourceId,
  tierScheduleId,
  verifyScheduleName,
} from './logical-ids.ts';
import { copyRegions, intervalOf, mostHours, type Plan } from './plan.ts';
import { schedulerRole } from './scheduler-role.ts';
import { verifyJobOf } from './site-jobs.ts';
import { subjectWords } from './subject-words.ts';
import { arnOf, filledIn, ownerOf, type Resource, type Resources, ref, type Target } from './template.ts';

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
  return [
    ...tierSchedules(plan),
    ...copySchedules(plan),
    ...siteSchedules(plan),
    ...groupSchedules(plan),
    ...hourlySchedules(plan),
  ];
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
function retrySeconds(rhythm: Rhythm): number {
  if (rhythm.unit === 'minute') return rhythm.minutes * 60;
  const hours = rhythm.unit === 'weekdays' ? 24 : mostHours(intervalOf(rhythm));
  return Math.min(hours, 24) * 3600;
}
