import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { addDuration, type Duration, parseDuration, readDuration } from '../../shared/duration.ts';
import { ConfigError } from '../../shared/errors.ts';

const dayMs = 86_400_000;
const times = fc.date({
  min: new Date('1970-01-01T00:00:00Z'),
  max: new Date('2400-01-01T00:00:00Z'),
  noInvalidDate: true,
});
const calendarUnits = fc.constantFrom('month' as const, 'year' as const);
const durations: fc.Arbitrary<Duration> = fc.record({
  count: fc.integer({ min: 1, max: 999 }),
  unit: fc.constantFrom('hour', 'day', 'week', 'month', 'year'),
});

const monthIndex = (time: Date) => time.getUTCFullYear() * 12 + time.getUTCMonth();
const lastDayOf = (time: Date) =>
  new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1, 0)).getUTCDate();
const timeOfDay = (time: Date) => time.getTime() % dayMs;
const midnightOf = (time: Date) => time.getTime() - timeOfDay(time);

describe('reading a duration', () => {
  test.each<[string, Duration]>([
    ['1 hour', { count: 1, unit: 'hour' }],
    ['24 hours', { count: 24, unit: 'hour' }],
    ['7 days', { count: 7, unit: 'day' }],
    ['2 weeks', { count: 2, unit: 'week' }],
    ['1 month', { count: 1, unit: 'month' }],
    ['1 year', { count: 1, unit: 'year' }],
    ['9999 hours', { count: 9999, unit: 'hour' }],
    ['999 years', { count: 999, unit: 'year' }],
  ])('reads "%s"', (text, expected) => {
    expect(parseDuration(text)).toEqual(expected);
  });

  test.each([
    ['', 'nothing'],
    ['7', 'no unit'],
    ['days', 'no number'],
    ['0 days', 'zero'],
    ['-1 day', 'a negative number'],
    ['1.5 days', 'a fraction'],
    ['07 days', 'a leading zero'],
    ['7days', 'no space'],
    ['7  days', 'two spaces'],
    [' 7 days', 'a space before it'],
    ['7 days\n', 'a line end after it'],
    ['7 Days', 'a capital'],
    ['1 fortnight', 'an unknown unit'],
    ['1 minute', 'a unit too small for backups'],
    ['10000 hours', 'five digits'],
    ['1e3 hours', 'an exponent'],
    ['٧ days', 'digits of another script'],
    ['1 day 2 hours', 'two durations'],
  ])('refuses "%s": %s', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('refuses 1,000 years, whose end would have a year of five digits and sort before today', () => {
    expect(parseDuration('9999 years')).toBeUndefined();
    expect(parseDuration('1000 years')).toBeUndefined();
    expect(parseDuration('1000 year')).toBeUndefined();
  });

  it('throws where a validated text turns out not to be one', () => {
    expect(() => readDuration('soon')).toThrow(new ConfigError('"soon" is not a duration'));
    expect(readDuration('2 weeks')).toEqual({ count: 2, unit: 'week' });
  });
});

describe('adding a duration', () => {
  test.each([
    ['2026-11-21T02:15:04.120Z', '24 hours', '2026-11-22T02:15:04.120Z'],
    ['2026-11-21T02:15:04.120Z', '7 days', '2026-11-28T02:15:04.120Z'],
    ['2026-12-31T23:59:59.999Z', '1 week', '2027-01-07T23:59:59.999Z'],
    ['2026-11-21T02:15:00Z', '1 month', '2026-12-21T02:15:00Z'],
    ['2026-12-15T00:00:00Z', '1 month', '2027-01-15T00:00:00Z'],
    // The day is clamped to the month's last.
    ['2026-01-31T02:15:00Z', '1 month', '2026-02-28T02:15:00Z'],
    ['2028-01-31T02:15:00Z', '1 month', '2028-02-29T02:15:00Z'],
    ['2028-01-30T02:15:00Z', '1 month', '2028-02-29T02:15:00Z'],
    ['2026-03-31T02:15:00Z', '1 month', '2026-04-30T02:15:00Z'],
    ['2026-08-31T02:15:00Z', '18 months', '2028-02-29T02:15:00Z'],
    ['2026-12-31T02:15:00Z', '14 months', '2028-02-29T02:15:00Z'],
    // Leap years.
    ['2028-02-29T02:15:00Z', '1 year', '2029-02-28T02:15:00Z'],
    ['2028-02-29T02:15:00Z', '4 years', '2032-02-29T02:15:00Z'],
    ['2027-02-28T02:15:00Z', '1 year', '2028-02-28T02:15:00Z'],
    ['2096-02-29T02:15:00Z', '4 years', '2100-02-28T02:15:00Z'],
    // A clock change of any zone is nothing to UTC: Berlin's and New York's are here.
    ['2026-03-29T00:30:00Z', '24 hours', '2026-03-30T00:30:00Z'],
    ['2026-10-25T00:30:00Z', '1 day', '2026-10-26T00:30:00Z'],
    ['2026-02-28T23:30:00Z', '1 month', '2026-03-28T23:30:00Z'],
  ])('%s and %s is %s', (start, duration, end) => {
    expect(addDuration(new Date(start), readDuration(duration))).toEqual(new Date(end));
  });

  it('leaves the start as it was', () => {
    const start = new Date('2026-01-31T02:15:00Z');
    addDuration(start, { count: 1, unit: 'month' });
    expect(start).toEqual(new Date('2026-01-31T02:15:00Z'));
  });

  it('ends after its start, always', () => {
    fc.assert(
      fc.property(times, durations, (start, duration) => {
        expect(addDuration(start, duration).getTime()).toBeGreaterThan(start.getTime());
      }),
    );
  });

  it('ends later the longer it is', () => {
    fc.assert(
      fc.property(times, durations, (start, duration) => {
        const longer = { ...duration, count: duration.count + 1 };
        expect(addDuration(start, longer).getTime()).toBeGreaterThan(addDuration(start, duration).getTime());
      }),
    );
  });

  it('never ends on an earlier day for a later start', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 90 * dayMs }), durations, (start, later, duration) => {
        const ends = [start, new Date(start.getTime() + later)].map((from) => addDuration(from, duration));
        expect(midnightOf(ends[1] as Date)).toBeGreaterThanOrEqual(midnightOf(ends[0] as Date));
      }),
    );
  });

  it('of months ends in exactly the month that is meant, on the same day or the last, at the same time', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 999 }), calendarUnits, (start, count, unit) => {
        const end = addDuration(start, { count, unit });
        expect(monthIndex(end)).toBe(monthIndex(start) + (unit === 'year' ? 12 : 1) * count);
        expect(end.getUTCDate()).toBe(Math.min(start.getUTCDate(), lastDayOf(end)));
        expect(timeOfDay(end)).toBe(timeOfDay(start));
      }),
    );
  });

  it('of hours, days and weeks is exactly so many milliseconds', () => {
    const hoursOf = { hour: 1, day: 24, week: 168 };
    fc.assert(
      fc.property(
        times,
        fc.integer({ min: 1, max: 9999 }),
        fc.constantFrom('hour' as const, 'day' as const, 'week' as const),
        (start, count, unit) => {
          const added = addDuration(start, { count, unit }).getTime() - start.getTime();
          expect(added).toBe(count * hoursOf[unit] * 3_600_000);
        },
      ),
    );
  });

  it('of every text that is read gives a time with a year of four digits', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9]\d{0,3} (hour|day|week|month|year)s?$/), (text) => {
        const duration = parseDuration(text);
        fc.pre(duration !== undefined);
        expect(addDuration(new Date('2100-01-01T00:00:00Z'), duration as Duration).toISOString()).toMatch(
          /^\d{4}-/,
        );
      }),
    );
  });
});
