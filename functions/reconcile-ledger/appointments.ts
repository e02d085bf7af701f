/** Which appointments of a tier may be missing, and which backups may take their place. */
import { startsBetween } from '../../shared/plan/cadence.ts';
import type { ZonedCadence } from '../../shared/plan/plan.ts';
import { day, type Zone, zoneOver } from '../../shared/plan/zones.ts';
import { isSettled } from './decide.ts';
import type { ReconcileLedgerJob } from './job.ts';

export type Starts = NonNullable<ReconcileLedgerJob['backups'][number]['tiers'][string]['starts']>;

/** From one appointment of a tier to the next. */
export interface Period {
  from: Date;
  to: Date;
}

// More than three months back, for the last two of a month's appointments, and more than one ahead.
const daysBack = 130;
const daysAhead = 70;

/** The clocks of a time zone, as far as `settledPeriods` needs them. */
export const zoneAround = (timezone: string, now: Date): Zone =>
  zoneOver(timezone, daysFrom(now, -daysBack), 1);

/** The last two periods whose appointment nobody keeps any more, the latest first. */
export function settledPeriods(starts: Starts, zone: Zone, now: Date): Period[] {
  const appointments = appointmentsOf(starts, zone, now);
  const periods = appointments.flatMap(({ first: from, last }, index) => {
    const to = appointments[index + 1]?.first;
    return to !== undefined && isSettled(last, now) ? [{ from, to }] : [];
  });
  return periods.slice(-2).reverse();
}

/** Of a local time that comes twice Scheduler keeps one, and does not say which: they are one appointment. */
function appointmentsOf(starts: Starts, zone: Zone, now: Date): { first: Date; last: Date }[] {
  const appointments: { first: Date; last: Date }[] = [];
  for (const instant of startsBetween(
    cadenceOf(starts),
    zone,
    daysFrom(now, -daysBack),
    daysFrom(now, daysAhead),
  )) {
    const latest = appointments.at(-1);
    if (latest && instant - latest.first.getTime() < day) latest.last = new Date(instant);
    else appointments.push({ first: new Date(instant), last: new Date(instant) });
  }
  return appointments;
}

function cadenceOf(starts: Starts): ZonedCadence {
  const [hours, minutes] = starts.at.split(':').map(Number);
  const at = (hours ?? 0) * 60 + (minutes ?? 0);
  return starts.every === 'week' ? { unit: 'week', on: starts.on, at } : { unit: 'month', on: starts.on, at };
}

const daysFrom = (now: Date, days: number): Date => new Date(now.getTime() + days * day);
