/** Which entry of a schedule holds, and when a time of day comes next, by the clocks of a time zone. Pure. */
import { midnightOf, minuteOfDay } from '../../shared/plan/cadence.ts';
import { day, instantsOf, offsetAt, skipOf, type Zone, zoneBetween } from '../../shared/plan/zones.ts';
import { type Period, type ScaleGroupJob, weekdays } from './job.ts';

const minuteMs = 60_000;
/** Of a moment further back it is no matter what its clocks showed. Each day costs a reading of the zone. */
const daysBack = 8;
const daysAhead = 2;

export type Timetable = Pick<ScaleGroupJob, 'schedule' | 'timezone' | 'exceptDates'>;

/** The entry whose moment was the last one, of two at the same moment the later in the list; undefined if there is none. */
export function periodAt({ schedule, timezone, exceptDates }: Timetable, now: Date): Period | undefined {
  if (schedule.length === 0) return undefined;
  const zone = zoneAround(timezone, now);
  const today = midnightOf(now.getTime() + offsetAt(zone, now.getTime()));
  const excepted = new Set(exceptDates);
  // Each entry has its day every week, of which each date can take one away.
  for (let back = 0; back <= 7 * (excepted.size + 1); back++) {
    const midnight = today - back * day;
    if (excepted.has(dateOf(midnight))) continue;
    const last = lastOf(schedule, midnight, zone, now);
    if (last) return last;
  }
  return undefined;
}

function lastOf(schedule: readonly Period[], midnight: number, zone: Zone, now: Date): Period | undefined {
  let last: { period: Period; at: number } | undefined;
  for (const period of schedule) {
    if (!period.days.some((name) => name === weekdayOf(midnight))) continue;
    // Of a time that comes twice the first: a bound that was reached is not left again for an hour.
    const [at] = momentsOf(zone, midnight + minuteOfDay(period.at) * minuteMs);
    if (at <= now.getTime() && at >= (last?.at ?? at)) last = { period, at };
  }
  return last?.period;
}

/** A moment as it is written, or the next time that the zone's clocks show a time of day: after `now`, not at it. */
export function nextMoment(text: string, timezone: string, now: Date): Date {
  if (text.length > 5) return new Date(text);
  const zone = zoneAround(timezone, now);
  const today = midnightOf(now.getTime() + offsetAt(zone, now.getTime()));
  const at = (midnight: number) => momentsOf(zone, midnight + minuteOfDay(text) * minuteMs);
  const [tomorrow] = at(today + day);
  return new Date(at(today).find((moment) => moment > now.getTime()) ?? tomorrow);
}

const zoneAround = (timezone: string, now: Date): Zone =>
  zoneBetween(timezone, new Date(now.getTime() - daysBack * day), new Date(now.getTime() + daysAhead * day));

/**
 * When the zone's clocks show a local time. One that is skipped comes as the clocks skip it. (EventBridge Scheduler
 * leaves such a start out; the next tick does not.)
 */
function momentsOf(zone: Zone, local: number): [number, ...number[]] {
  const [first, ...others] = instantsOf(zone, local);
  return [first ?? skipOf(zone, local)?.at ?? local - offsetAt(zone, local), ...others];
}

const dateOf = (midnight: number): string => new Date(midnight).toISOString().slice(0, 10);

const weekdayOf = (midnight: number): string | undefined =>
  weekdays[(new Date(midnight).getUTCDay() + 6) % 7];
