import { describe, expect, it } from 'vitest';
import { boundsNow, hardBounds } from '../../functions/scale-group/bounds.ts';
import { nextMoment, periodAt, type Timetable } from '../../functions/scale-group/periods.ts';
import { aGroup, aSubject } from './scale-group-subject.ts';

const workdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
const office = [
  { days: workdays, at: '08:00', minimum: 4 },
  { days: workdays, at: '19:30', capacity: 1 },
];

const timetable = (overrides: Record<string, unknown> = {}): Timetable =>
  aSubject({ job: { timezone: 'Europe/Berlin', schedule: office, ...overrides } }).job;

const heldAt = (instant: string, table = timetable()): string | undefined =>
  periodAt(table, new Date(instant))?.at;

describe('the entry that holds', () => {
  it.each([
    // Monday to Tuesday, an hour ahead of UTC.
    ['2026-11-23T06:59:59Z', '19:30'],
    ['2026-11-23T07:00:00Z', '08:00'],
    ['2026-11-23T18:29:59Z', '08:00'],
    ['2026-11-23T18:30:00Z', '19:30'],
    ['2026-11-23T23:30:00Z', '19:30'],
    ['2026-11-24T06:59:00Z', '19:30'],
    // Friday's evening holds all weekend.
    ['2026-11-29T12:00:00Z', '19:30'],
    ['2026-11-30T07:00:00Z', '08:00'],
    // In summer.
    ['2026-07-01T06:00:00Z', '08:00'],
    ['2026-07-01T05:59:00Z', '19:30'],
  ])('at %s is that of %s', (instant, expected) => {
    expect(heldAt(instant)).toBe(expected);
  });

  it('is the later in the list of two at the same moment', () => {
    const schedule = [...office, { days: ['monday'], at: '08:00', minimum: 8 }];
    expect(periodAt(timetable({ schedule }), new Date('2026-11-23T08:00:00Z'))?.minimum).toBe(8);
    expect(periodAt(timetable({ schedule }), new Date('2026-11-24T08:00:00Z'))?.minimum).toBe(4);
  });

  it('is none without a schedule', () => {
    expect(heldAt('2026-11-23T12:00:00Z', timetable({ schedule: [] }))).toBeUndefined();
  });

  it('on a date that is excepted is what held before', () => {
    const holidays = timetable({ exceptDates: ['2026-12-24', '2026-12-25', '2026-12-28'] });
    expect(heldAt('2026-12-23T12:00:00Z', holidays)).toBe('08:00');
    expect(heldAt('2026-12-24T12:00:00Z', holidays)).toBe('19:30');
    expect(heldAt('2026-12-28T12:00:00Z', holidays)).toBe('19:30');
    expect(heldAt('2026-12-29T12:00:00Z', holidays)).toBe('08:00');
  });

  it('is found however many weeks in a row are excepted', () => {
    const schedule = [{ days: ['monday'], at: '08:00', minimum: 4 }];
    const mondays = ['2026-11-09', '2026-11-16', '2026-11-23'];
    expect(heldAt('2026-11-24T12:00:00Z', timetable({ schedule, exceptDates: mondays }))).toBe('08:00');
  });

  it('goes by the local date', () => {
    // Still Sunday in UTC.
    const schedule = [{ days: ['monday'], at: '00:30', minimum: 4 }, ...office.slice(1)];
    const tokyo = timetable({ timezone: 'Asia/Tokyo', schedule });
    expect(heldAt('2026-11-22T15:30:00Z', tokyo)).toBe('00:30');
    expect(heldAt('2026-11-22T15:29:00Z', tokyo)).toBe('19:30');
  });
});

describe('when the clocks change', () => {
  const nightly = [
    { at: '01:00', minimum: 1 },
    { at: '02:30', minimum: 2 },
  ];
  const table = timetable({ schedule: nightly });

  it('an entry in the hour that is skipped begins with the hour after it', () => {
    // 2026-03-29 at 01:00Z it becomes 03:00 in Berlin.
    expect(heldAt('2026-03-29T00:59:00Z', table)).toBe('01:00');
    expect(heldAt('2026-03-29T01:00:00Z', table)).toBe('02:30');
  });

  it('an entry in the hour that comes twice begins once', () => {
    // 2026-10-25 at 01:00Z it becomes 02:00 again.
    expect(heldAt('2026-10-25T00:29:00Z', table)).toBe('01:00');
    expect(heldAt('2026-10-25T00:30:00Z', table)).toBe('02:30');
    expect(heldAt('2026-10-25T01:10:00Z', table)).toBe('02:30');
    expect(heldAt('2026-10-25T02:00:00Z', table)).toBe('02:30');
  });
});

describe('a moment to come', () => {
  it.each([
    ['22:00', '2026-11-23T12:00:00Z', '2026-11-23T21:00:00.000Z'],
    ['22:00', '2026-11-23T21:00:00Z', '2026-11-24T21:00:00.000Z'],
    ['02:30', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00.000Z'],
    ['02:30', '2026-10-25T00:00:00Z', '2026-10-25T00:30:00.000Z'],
    // For the second time, and then the next day.
    ['02:30', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00.000Z'],
    ['02:30', '2026-10-25T01:30:00Z', '2026-10-26T01:30:00.000Z'],
    ['2026-11-23T22:00:00+02:00', '2026-11-23T12:00:00Z', '2026-11-23T20:00:00.000Z'],
  ])('%s after %s is %s', (text, from, expected) => {
    expect(nextMoment(text, 'Europe/Berlin', new Date(from)).toISOString()).toBe(expected);
  });
});

describe('the bounds', () => {
  const at = (instant: string, job: Record<string, unknown>, group = {}) => {
    const subject = aSubject({
      job: { timezone: 'Europe/Berlin', schedule: office, minimum: 2, maximum: 20, ...job },
    });
    return boundsNow(subject.job, aGroup(group), new Date(instant));
  };
  const day = '2026-11-23T12:00:00Z';
  const night = '2026-11-23T20:00:00Z';

  it('are those of the schedule within those of the plan', () => {
    expect(at(day, {})).toMatchObject({
      minimum: { capacity: 4, reason: 'schedule', text: '4 by the schedule since 08:00' },
      maximum: { capacity: 20, reason: 'bounds', text: '20 by the plan' },
    });
    expect(at(night, {})).toMatchObject({
      minimum: { capacity: 2, reason: 'schedule' },
      maximum: { capacity: 2, reason: 'schedule' },
    });
  });

  it('are within those of the group itself', () => {
    expect(at(day, {}, { minimum: 6, maximum: 9 })).toMatchObject({
      minimum: { capacity: 6, reason: 'bounds', text: '6 by the group itself' },
      maximum: { capacity: 9, reason: 'bounds', text: '9 by the group itself' },
    });
  });

  it('are those of the plan where the group ignores schedules, and for an override', () => {
    const planned = { minimum: { capacity: 2, reason: 'bounds' }, maximum: { capacity: 20 } };
    expect(at(night, {}, { ignoresSchedule: true })).toMatchObject(planned);
    const { job, group } = aSubject({ job: { minimum: 2, maximum: 20, schedule: office } });
    expect(hardBounds(job, group)).toMatchObject(planned);
  });
});
