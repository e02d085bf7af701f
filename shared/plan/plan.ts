/** A plan that has passed every rule, in the terms that the compiler thinks in. */
import type { Duration, DurationUnit } from '../duration.ts';
import type { DatabaseSelector, InstanceBackup, InstanceSelector, VolumeSelector } from '../job.ts';
import type { Group } from './group.ts';
import type { Site } from './site.ts';

export const weekdays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

export type Weekday = (typeof weekdays)[number];

/** Minutes since midnight. */
export type MinuteOfDay = number;

/**
 * When a tier starts. Hours are counted from 00:`minute` UTC, so that no clock change ever skips or
 * repeats one; the others by the wall clock of the plan's zone.
 */
export type Cadence =
  | { unit: 'hour'; hours: number; minute: number }
  | { unit: 'day'; at: MinuteOfDay }
  | { unit: 'week'; on: Weekday; at: MinuteOfDay }
  | { unit: 'month'; on: number; at: MinuteOfDay };

export type ZonedCadence = Exclude<Cadence, { unit: 'hour' }>;

export interface Tier {
  name: string;
  cadence: Cadence;
  keep: Duration;
  /** As the plan has it, if it does. */
  alarmAfter: Duration | undefined;
}

/** What a backup may be of, as the plan says it. */
export const subjectKinds = ['volumes', 'instances', 'databases', 'images'] as const;

export type SubjectKind = (typeof subjectKinds)[number];

/** What a backup is of, as its job says it. */
export type Subject =
  | { kind: 'volumes'; chosen: VolumeSelector }
  | { kind: 'instances'; chosen: InstanceBackup }
  | { kind: 'databases'; chosen: DatabaseSelector }
  | { kind: 'images'; chosen: InstanceSelector & { reboot: boolean; dataVolumes: boolean } };

export interface CopyTarget {
  region: string;
  kmsKey: string | undefined;
  /** By tier; those that are not here are not copied there. */
  keep: ReadonlyMap<string, Duration>;
}

export interface Backup {
  name: string;
  subject: Subject;
  tiers: Tier[];
  copies: CopyTarget[];
}

export interface Plan {
  timezone: string;
  ledger: 'simpledb' | 'dynamodb';
  notify: string | undefined;
  maxDeleteShare: number;
  keepOfGoneSources: number;
  logRetentionDays: number;
  backups: Backup[];
  sites: Site[];
  groups: Group[];
}

/** The regions other than the stack's own that hold copies, each once. */
export const copyRegions = ({ backups }: Pick<Plan, 'backups'>): string[] =>
  [...new Set(backups.flatMap(({ copies }) => copies.map(({ region }) => region)))].sort();

/** The time from one start of a tier to the next, as a duration. */
export function intervalOf(cadence: Cadence): Duration {
  return cadence.unit === 'hour' ? { count: cadence.hours, unit: 'hour' } : { count: 1, unit: cadence.unit };
}

/** `3 hours`, `1 day`: what `parseDuration` reads. */
export function durationText({ count, unit }: Duration): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

const shortestHours = { hour: 1, day: 24, week: 168, month: 28 * 24, year: 365 * 24 } satisfies Record<
  DurationUnit,
  number
>;
const longestHours = { hour: 1, day: 24, week: 168, month: 31 * 24, year: 366 * 24 } satisfies Record<
  DurationUnit,
  number
>;

/** The fewest hours that a duration can last: a month may be a February. Clock changes are left out. */
export const leastHours = ({ count, unit }: Duration): number => count * shortestHours[unit];

/** The most hours that a duration can last: a month may have 31 days. Clock changes are left out. */
export const mostHours = ({ count, unit }: Duration): number => count * longestHours[unit];

/**
 * The age, in hours, above which a tier's newest completed backup is an alarm. If the plan does not
 * say: one start may fail and the next mend it, where that is within a day; and an hour to complete.
 */
export function alarmAfterHours({ alarmAfter, cadence }: Pick<Tier, 'alarmAfter' | 'cadence'>): number {
  if (alarmAfter) return mostHours(alarmAfter);
  const interval = mostHours(intervalOf(cadence));
  return interval + Math.min(interval, 24) + 1;
}

/** How many of a tier's backups of one source stand once it has run for long enough. */
export function standingCount({ cadence, keep }: Pick<Tier, 'cadence' | 'keep'>): {
  least: number;
  most: number;
} {
  const interval = intervalOf(cadence);
  const inMonths = { month: 1, year: 12 } as const;
  if (interval.unit === 'month' && (keep.unit === 'month' || keep.unit === 'year')) {
    const count = keep.count * inMonths[keep.unit];
    return { least: count, most: count };
  }
  return {
    least: Math.floor(leastHours(keep) / mostHours(interval)),
    most: Math.ceil(mostHours(keep) / leastHours(interval)),
  };
}
