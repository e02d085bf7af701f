/** What a plan compiles to, for a person: what `npm run plan` prints. */
import { awaitedCopyHours } from './alarms.ts';
import { type Rhythm, startsBetween, timeText } from './cadence.ts';
import { backupText } from './describe-backup.ts';
import { groupText, withAlarmNames } from './describe-group.ts';
import { siteText } from './describe-site.ts';
import { eventRulesOf } from './event-rules.ts';
import { type FunctionName, functionNames } from './functions.ts';
import { scheduleName } from './logical-ids.ts';
import { type Statement, theOwner } from './permissions.ts';
import { alarmAfterHours, copyRegions, type Plan } from './plan.ts';
import { statementsOf } from './roles.ts';
import { type Schedule, schedulesOf } from './schedules.ts';
import type { Site } from './site.ts';
import { ownerOf, readable, type Target } from './template.ts';
import { indented, table } from './text-table.ts';
import { day, offsetAt, type Zone, zoneOver } from './zones.ts';

/** The text, from `now` on. */
export function describePlan(plan: Plan, target: Target, now: Date): string {
  const zone = zoneOver(plan.timezone, now, 1);
  const schedules = schedulesOf(plan);
  const ledger = { simpledb: 'a SimpleDB domain', dynamodb: 'a DynamoDB table' }[plan.ledger];
  const text = [
    `${ownerOf(target)} in ${target.region}; the ledger is ${ledger}.`,
    'Schedules',
    table(
      ['name', 'starts', 'when', ...(isUtc(plan) ? [] : [`next (${plan.timezone})`]), 'next (UTC)'],
      schedules.map((schedule) => scheduleRow(schedule, plan, zone, now)),
    ),
    ...ruleTexts(plan, target),
    'Jobs',
    indented(jobLines(plan, target)),
    ...plan.backups.flatMap((backup) => backupText(backup, target.region)),
    ...plan.sites.flatMap(siteText),
    ...plan.groups.flatMap(groupText),
    'Alarms',
    indented(alarmLines(plan)),
    'What each function may do, besides its own log and its dead-letter queue',
    ...functionNames.map((name) => indented([`${name}:`, ...permissionLines(name, plan, ownerOf(target))])),
  ].join('\n\n');
  return readable(withAlarmNames(text, plan, ownerOf(target)));
}

/** Each job once, by the name of what carries it. */
function jobLines(plan: Plan, target: Target): string[] {
  const rules = eventRulesOf(plan, target).filter(({ startsFunction }) => startsFunction !== 'copy-backups');
  const lines = [
    ...schedulesOf(plan).map(({ name, job }) => [name, job] as const),
    ...rules.map(({ logicalId, job }) => [logicalId, job] as const),
  ].map(([name, job]) => `${name}  ${JSON.stringify(job)}`);
  const note =
    '<Site…> and <ReleasesBucket> stand for what the stack makes: `npx serverless info --verbose` says its name';
  return plan.sites.some(hasMadeParts) ? [note, ...lines] : lines;
}

const hasMadeParts = ({ bucket, releases, cdn }: Site): boolean =>
  bucket === undefined || releases.bucket === undefined || cdn.kind === 'made';

function ruleTexts(plan: Plan, target: Target): string[] {
  const rules = eventRulesOf(plan, target);
  if (rules.length === 0) return [];
  return [
    'Events',
    table(
      ['name', 'starts', 'when it is said', 'of'],
      rules.map(({ logicalId, startsFunction, pattern }) => [
        logicalId,
        startsFunction,
        pattern['detail-type'].join(', '),
        JSON.stringify(pattern.detail),
      ]),
    ),
  ];
}

function scheduleRow(
  { name, startsFunction, rhythm }: Schedule,
  plan: Plan,
  zone: Zone,
  now: Date,
): string[] {
  const next = startsBetween(rhythm, zone, now, new Date(now.getTime() + 32 * day)).sort((a, b) => a - b)[0];
  const local = next === undefined ? '' : instantText(next + offsetAt(zone, next));
  const utc = next === undefined ? '' : instantText(next);
  return [name, startsFunction, rhythmText(rhythm, plan.timezone), ...(isUtc(plan) ? [] : [local]), utc];
}

const isUtc = ({ timezone }: Plan): boolean => timezone === 'UTC';

const weekdayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function instantText(milliseconds: number): string {
  const date = new Date(milliseconds);
  return `${weekdayNames[date.getUTCDay()]} ${date.toISOString().slice(0, 16).replace('T', ' ')}`;
}

function rhythmText(cadence: Rhythm, timezone: string): string {
  switch (cadence.unit) {
    case 'minute':
      if (cadence.minutes === 1) return 'every minute';
      return `every ${cadence.minutes} minutes from ${timeText(cadence.from)} UTC`;
    case 'hour':
      return `every ${cadence.hours === 1 ? 'hour' : `${cadence.hours} hours`} from ${timeText(cadence.minute)} UTC`;
    case 'day':
      return `every day at ${timeText(cadence.at)} ${timezone}`;
    case 'week':
      return `every ${cadence.on} at ${timeText(cadence.at)} ${timezone}`;
    case 'weekdays':
      return `${cadence.on.map((weekday) => weekday.slice(0, 3)).join(', ')} at ${timeText(cadence.at)} ${timezone}`;
    case 'month':
      return `day ${cadence.on} of every month at ${timeText(cadence.at)} ${timezone}`;
  }
}

function alarmLines(plan: Plan): string[] {
  return [
    `tell ${plan.notify ?? 'nobody (no `notify` in the plan)'}`,
    ...plan.backups.flatMap(({ name, tiers }) =>
      tiers.map(
        (tier) =>
          `${scheduleName(name, tier.name)}: the newest completed backup is older than ${alarmAfterHours(tier)} hours, or was not looked at for two`,
      ),
    ),
    ...(copyRegions(plan).length > 0
      ? [
          'copies: one has failed for good',
          `copies: one is awaited for more than ${awaitedCopyHours} hours, or nobody looked for two`,
        ]
      : []),
    ...functionNames.flatMap((name) => [
      `${name}: messages are in the dead-letter queue`,
      `${name}: a start has just failed for good`,
    ]),
  ];
}

function permissionLines(name: FunctionName, plan: Plan, owner: string): string[] {
  return statementsOf(name, plan).map(({ actions, resources, conditions }) => {
    const kinds = [...new Set(resources.map(resourceText))];
    const wanted = Object.entries(conditions ?? {}).map(conditionText);
    const only = wanted.length > 0 ? ` only if ${wanted.join(' and ')}` : '';
    return `  ${actions.join(', ')} on ${kinds.join(', ')}${only}`.replaceAll(theOwner, owner);
  });
}

type Conditions = NonNullable<Statement['conditions']>;

/** IAM's `Null` says of a key whether it is missing. */
const conditionText = ([operator, keys]: [string, Conditions[string]]): string =>
  operator === 'Null'
    ? Object.entries(keys)
        .map(([key, isMissing]) => `${key} is ${isMissing === 'true' ? 'missing' : 'there'}`)
        .join(' and ')
    : JSON.stringify(keys);

/** `volume/*`, `db:*`: an ARN without what is the same in all of ours, but for where it is. */
function resourceText(arn: string): string {
  const [, , , region, , ...resource] = arn.replaceAll(/\$\{AWS::\w+\}/g, 'here').split(':');
  if (resource.length === 0) return arn;
  return `${resource.join(':')}${region === '*' ? ' in any region' : ''}`;
}
