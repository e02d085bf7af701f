/** When the schedules of a deployed template start what, by EventBridge Scheduler's rules. */
import { Cron } from 'croner';
import * as z from 'zod';
import type { Fill } from './rules.ts';

export interface DeployedSchedule {
  logicalId: string;
  name: string;
  expression: string;
  timezone: string;
  /** The logical id of the function that it starts. */
  target: string;
  /** As in the template; `payloadAt` fills its variables in. */
  input: string;
}

/** A schedule as CloudFormation has it. What is not known here would change when it starts: it is refused. */
const scheduleResource = z.object({
  Type: z.literal('AWS::Scheduler::Schedule'),
  Properties: z.strictObject({
    Name: z.string(),
    Description: z.string().optional(),
    GroupName: z.unknown(),
    State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
    ScheduleExpression: z.string(),
    ScheduleExpressionTimezone: z.string().default('UTC'),
    FlexibleTimeWindow: z.strictObject({ Mode: z.literal('OFF') }),
    Target: z.object({
      Arn: z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
      Input: z.unknown(),
    }),
  }),
});

/** The enabled schedules of a template. */
export function schedulesIn(
  resources: Readonly<Record<string, { Type: string }>>,
  fill: Fill = (value) => value,
): DeployedSchedule[] {
  return Object.entries(resources)
    .filter(([, { Type }]) => Type === 'AWS::Scheduler::Schedule')
    .map(([logicalId, resource]) => ({ logicalId, ...scheduleResource.parse(resource).Properties }))
    .filter(({ State }) => State === 'ENABLED')
    .map(({ logicalId, Name, ScheduleExpression, ScheduleExpressionTimezone, Target }) => ({
      logicalId,
      name: Name,
      expression: ScheduleExpression,
      timezone: ScheduleExpressionTimezone,
      target: Target.Arn['Fn::GetAtt'][0],
      input: z.string().parse(fill(Target.Input)),
    }));
}

/** The payload of one start, with the variables that Scheduler puts into it. */
export function payloadAt(
  { input }: Pick<DeployedSchedule, 'input'>,
  at: Date,
  executionId: string,
): unknown {
  const filled = input
    .replaceAll('<aws.scheduler.scheduled-time>', `${at.toISOString().slice(0, 19)}Z`)
    .replaceAll('<aws.scheduler.execution-id>', executionId)
    .replaceAll('<aws.scheduler.attempt-number>', '1');
  return JSON.parse(filled);
}

/**
 * The starts of an expression after `from`, up to and including `to`. A local time that the zone's
 * clocks skip does not run; one that they repeat runs once (EventBridge Scheduler user guide, "Schedule
 * types", daylight saving time). `rate(…)` counts from `from`.
 */
export function startsOf(
  { expression, timezone }: Pick<DeployedSchedule, 'expression' | 'timezone'>,
  from: Date,
  to: Date,
): Date[] {
  const [, kind, body = ''] = /^(cron|rate)\((.+)\)$/.exec(expression) ?? [];
  if (kind === 'cron') return cronStarts(body, timezone, from, to);
  if (kind === 'rate') return rateStarts(body, from, to);
  throw new Error(`"${expression}" is no cron(…) or rate(…)`);
}

const day = 86_400_000;

/** Seconds come before AWS's six fields; 1 is Sunday; `0/3` is allowed. */
const likeAws = { mode: '7-part', alternativeWeekdays: true, sloppyRanges: true } as const;

function cronStarts(body: string, timezone: string, from: Date, to: Date): Date[] {
  // The pattern is laid out over the wall clock, read as if it were UTC, and each local time then
  // placed: so the library's own ways with clock changes do not matter.
  const cron = new Cron(`0 ${body}`, { ...likeAws, timezone: 'UTC' });
  const wallClock = wallClockOf(timezone);
  const starts: Date[] = [];
  let local = cron.nextRun(new Date(from.getTime() - day));
  while (local && local.getTime() <= to.getTime() + day) {
    const start = instantOf(local.getTime(), wallClock);
    if (start !== undefined && start > from.getTime() && start <= to.getTime()) starts.push(new Date(start));
    local = cron.nextRun(local);
  }
  return starts;
}

/** What a zone's clocks show at an instant, read as if it were UTC. */
type WallClock = (instant: number) => number;

/** The first instant at which the clocks show a local time; undefined if they skip it. */
function instantOf(local: number, wallClock: WallClock): number | undefined {
  const offsets = [local - day, local + day].map((instant) => wallClock(instant) - instant);
  return offsets
    .map((offset) => local - offset)
    .filter((instant) => wallClock(instant) === local)
    .sort((a, b) => a - b)[0];
}

function wallClockOf(timezone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (instant) => {
    const parts = format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]);
    const {
      year = 0,
      month = 1,
      day: date = 1,
      hour = 0,
      minute = 0,
      second = 0,
    } = Object.fromEntries(parts);
    return Date.UTC(year, month - 1, date, hour, minute, second);
  };
}

const rateUnits = { minute: 60_000, hour: 3_600_000, day } as const;

function rateStarts(body: string, from: Date, to: Date): Date[] {
  const [, count, unit] = /^(\d+) (minute|hour|day)s?$/.exec(body) ?? [];
  if (unit === undefined)
    throw new Error(`rate(${body}) is no rate: expected a number and minutes, hours or days`);
  const interval = Number(count) * rateUnits[unit as keyof typeof rateUnits];
  const starts: Date[] = [];
  for (let at = from.getTime() + interval; at <= to.getTime(); at += interval) starts.push(new Date(at));
  return starts;
}
