/**
 * Durations as people write them: "24 hours", "7 days", "1 month". A month and a year are calendar
 * ones: a month after 31 January is 28 (or 29) February.
 */
import { ConfigError } from './errors.ts';

export type DurationUnit = 'hour' | 'day' | 'week' | 'month' | 'year';

export interface Duration {
  count: number;
  unit: DurationUnit;
}

// Not 1,000 years: times have years of four digits, since the ledger compares them as text.
export const durationPattern = /^(?!\d{4} year)([1-9]\d{0,3}) (hour|day|week|month|year)s?$/;

/** Reads "7 days"; undefined if it is not a duration. */
export function parseDuration(text: string): Duration | undefined {
  const match = durationPattern.exec(text);
  if (!match) return undefined;
  return { count: Number(match[1]), unit: match[2] as DurationUnit };
}

/** As `parseDuration`, for text that was validated before. */
export function readDuration(text: string): Duration {
  const duration = parseDuration(text);
  if (!duration) throw new ConfigError(`"${text}" is not a duration`);
  return duration;
}

const hoursOf = { hour: 1, day: 24, week: 168 } as const;

/** `start` plus the duration, in UTC; the day of the month is clamped to the month's last. */
export function addDuration(start: Date, { count, unit }: Duration): Date {
  if (unit !== 'month' && unit !== 'year') {
    return new Date(start.getTime() + count * hoursOf[unit] * 3_600_000);
  }
  const months = unit === 'year' ? count * 12 : count;
  const end = new Date(start);
  end.setUTCMonth(end.getUTCMonth() + months);
  const overflowed = end.getUTCDate() !== start.getUTCDate();
  if (overflowed) end.setUTCDate(0);
  return end;
}
