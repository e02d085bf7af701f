/** When tiers start: as EventBridge Scheduler is told, and as the rules and `npm run plan` reckon it. */
import type { Cadence, MinuteOfDay, ZonedCadence } from './plan.ts';
import { weekdays } from './schema.ts';
import { day, instantsOf, offsetAt, type Zone } from './zones.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** The zone that Scheduler reckons a cadence in. */
export const zoneOf = (cadence: Cadence, timezone: string): string =>
  cadence.unit === 'hour' ? 'UTC' : timezone;

/** Scheduler's cron: minutes, hours, day of the month, month, day of the week, year. */
export function cronOf(cadence: Cadence): string {
  if (cadence.unit === 'hour') {
    const hours = cadence.hours === 1 ? '*' : cadence.hours === 24 ? '0' : `0/${cadence.hours}`;
    return `cron(${cadence.minute} ${hours} * * ? *)`;
  }
  const time = `${cadence.at % 60} ${Math.floor(cadence.at / 60)}`;
  switch (cadence.unit) {
    case 'day':
      return `cron(${time} * * ? *)`;
    case 'week':
      return `cron(${time} ? * ${cadence.on.slice(0, 3).toUpperCase()} *)`;
    case 'month':
      return `cron(${time} ${cadence.on} * ? *)`;
  }
}

/** Whether a cadence has a start on the local date that begins at `midnight`. */
export function runsOn(cadence: ZonedCadence, midnight: number): boolean {
  const date = new Date(midnight);
  switch (cadence.unit) {
    case 'day':
      return true;
    case 'week':
      return weekdays[date.getUTCDay()] === cadence.on;
    case 'month':
      return date.getUTCDate() === cadence.on;
  }
}

export const midnightOf = (local: number): number => Math.floor(local / day) * day;

/**
 * Every instant between `from` and `to` at which a cadence could start. Scheduler runs a repeated
 * local time once, but does not say which of the two: both are here.
 */
export function startsBetween(cadence: Cadence, zone: Zone, from: Date, to: Date): number[] {
  const within = (instant: number) => instant >= from.getTime() && instant <= to.getTime();
  const starts: number[] = [];
  if (cadence.unit === 'hour') {
    const step = cadence.hours * hourMs;
    for (let at = midnightOf(from.getTime()) + cadence.minute * minuteMs; at <= to.getTime(); at += step)
      starts.push(at);
    return starts.filter(within);
  }
  const lastMidnight = midnightOf(to.getTime() + offsetAt(zone, to.getTime()));
  const firstMidnight = midnightOf(from.getTime() + offsetAt(zone, from.getTime()));
  for (let midnight = firstMidnight; midnight <= lastMidnight; midnight += day) {
    if (runsOn(cadence, midnight)) starts.push(...instantsOf(zone, midnight + cadence.at * minuteMs));
  }
  return starts.filter(within);
}

/** `02:10` */
export function timeText(at: MinuteOfDay): string {
  return `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;
}
