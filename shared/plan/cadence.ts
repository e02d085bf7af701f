/** When tiers start: as EventBridge Scheduler is told, and as the rules and `npm run plan` reckon it. */
import { type Cadence, type MinuteOfDay, type Weekday, weekdays } from './plan.ts';
import { day, instantsOf, offsetAt, type Zone } from './zones.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** A tier's cadence; every so many minutes of the hour, from a first one on; or a time of some weekdays. */
export type Rhythm =
  | Cadence
  | { unit: 'minute'; minutes: number; from: number }
  | { unit: 'weekdays'; on: readonly Weekday[]; at: MinuteOfDay };

/** Those that Scheduler reckons by the wall clock of the plan's zone. */
export type ZonedRhythm = Exclude<Rhythm, { unit: 'hour' | 'minute' }>;

/** The zone that Scheduler reckons a rhythm in. */
export const zoneOf = ({ unit }: Rhythm, timezone: string): string =>
  unit === 'hour' || unit === 'minute' ? 'UTC' : timezone;

/** Scheduler's cron: minutes, hours, day of the month, month, day of the week, year. */
export function cronOf(cadence: Rhythm): string {
  if (cadence.unit === 'minute') return `cron(${cadence.from}/${cadence.minutes} * * * ? *)`;
  if (cadence.unit === 'hour') {
    const hours = cadence.hours === 1 ? '*' : cadence.hours === 24 ? '0' : `0/${cadence.hours}`;
    return `cron(${cadence.minute} ${hours} * * ? *)`;
  }
  const time = `${cadence.at % 60} ${Math.floor(cadence.at / 60)}`;
  switch (cadence.unit) {
    case 'day':
      return `cron(${time} * * ? *)`;
    case 'week':
      return `cron(${time} ? * ${shortName(cadence.on)} *)`;
    case 'weekdays':
      return `cron(${time} ? * ${cadence.on.map(shortName).join(',')} *)`;
    case 'month':
      return `cron(${time} ${cadence.on} * ? *)`;
  }
}

/** `MON` */
const shortName = (weekday: Weekday): string => weekday.slice(0, 3).toUpperCase();

/** Whether a cadence has a start on the local date that begins at `midnight`. */
export function runsOn(cadence: ZonedRhythm, midnight: number): boolean {
  const date = new Date(midnight);
  const weekday = weekdays[date.getUTCDay()];
  switch (cadence.unit) {
    case 'day':
      return true;
    case 'week':
      return weekday === cadence.on;
    case 'weekdays':
      return cadence.on.some((day) => day === weekday);
    case 'month':
      return date.getUTCDate() === cadence.on;
  }
}

export const midnightOf = (local: number): number => Math.floor(local / day) * day;

/**
 * Every instant between `from` and `to` at which a cadence could start. Scheduler runs a repeated
 * local time once, but does not say which of the two: both are here.
 */
export function startsBetween(cadence: Rhythm, zone: Zone, from: Date, to: Date): number[] {
  const within = (instant: number) => instant >= from.getTime() && instant <= to.getTime();
  if (cadence.unit === 'minute' || cadence.unit === 'hour')
    return evenStarts(cadence, from, to).filter(within);
  const starts: number[] = [];
  const lastMidnight = midnightOf(to.getTime() + offsetAt(zone, to.getTime()));
  const firstMidnight = midnightOf(from.getTime() + offsetAt(zone, from.getTime()));
  for (let midnight = firstMidnight; midnight <= lastMidnight; midnight += day) {
    if (runsOn(cadence, midnight)) starts.push(...instantsOf(zone, midnight + cadence.at * minuteMs));
  }
  return starts.filter(within);
}

/** Counted in UTC, from the first midnight. */
function evenStarts(rhythm: Extract<Rhythm, { unit: 'minute' | 'hour' }>, from: Date, to: Date): number[] {
  const [first, step] =
    rhythm.unit === 'minute'
      ? [rhythm.from * minuteMs, rhythm.minutes * minuteMs]
      : [rhythm.minute * minuteMs, rhythm.hours * hourMs];
  const starts: number[] = [];
  for (let at = midnightOf(from.getTime()) + first; at <= to.getTime(); at += step) starts.push(at);
  return starts;
}

/** Of `03:35`. */
export function minuteOfDay(text: string): MinuteOfDay {
  const [hours, minutes] = text.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** `03:35` */
export function timeText(at: MinuteOfDay): string {
  return `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
}
