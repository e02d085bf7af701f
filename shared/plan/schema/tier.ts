/** A tier: how often, and for how long. What needs more than one key at a time is in `draft.ts` and `rules/`. */
import { z } from 'zod';
import { nameField } from '../../job.ts';
import { weekdays } from '../plan.ts';
import { described, duration } from './fields.ts';

export const time = z
  .string({ error: 'is not a time of day; expected text in quotes, such as "03:35"' })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day; expected "00:00" to "23:59", such as "03:35"');

const hoursThatDivideADay = [1, 2, 3, 4, 6, 8, 12, 24];
const everyPattern = /^(day|week|month|hour|1 hour|(2|3|4|6|8|12|24) hours)$/;

const notADay =
  'is not a day; expected a weekday such as sunday for `every: week`, or 1 to 28 for `every: month`';
const on = z.union([z.enum(weekdays), z.int().min(1, notADay).max(28, notADay)], { error: notADay });

const minute = z
  .int({ error: 'is not a minute; expected a whole number from 0 to 59' })
  .min(0, 'is not a minute; expected 0 to 59')
  .max(59, 'is not a minute; expected 0 to 59');

export const tierSchema = z.strictObject({
  name: described(nameField, 'The tier: part of the schedule that it becomes and a tag of what it makes.', [
    'daily',
  ]),
  every: z
    .string({ error: 'is not an interval; expected text such as "3 hours", "day", "week" or "month"' })
    .regex(
      everyPattern,
      `is not an interval; expected "day", "week", "month", or hours that divide a day: ${hoursThatDivideADay.join(', ')}, such as "3 hours"`,
    )
    .meta({
      description: 'How often: `3 hours` (any number of hours that divides 24), `day`, `week` or `month`.',
      examples: ['3 hours', 'day', 'week', 'month'],
    }),
  minute: minute.optional().meta({
    description:
      'For hours: the minute of the hour, 0 if left out. Hours are counted from 00:00 UTC, so that no clock change skips or repeats one.',
  }),
  on: on.optional().meta({
    description: 'For `week`: the weekday. For `month`: the day, 1 to 28, since not every month has more.',
    examples: ['sunday', 1],
  }),
  at: time.optional().meta({
    description:
      "For `day`, `week` and `month`: the time of day in the plan's `timezone`, in quotes. A time that a clock change skips is refused.",
    examples: ['03:35'],
  }),
  keep: duration.meta({
    description:
      'How long each is kept, from the later of its appointment and its start. A month and a year are calendar ones.',
    examples: ['24 hours', '7 days', '1 month', '1 year'],
  }),
  alarmAfter: duration.optional().meta({
    description:
      "The tier's alarm rings when its newest completed backup is older than this. Left out: one interval, one more but a day at most, and an hour; for `3 hours` that is 7 hours, for `day` 49.",
    examples: ['10 hours'],
  }),
});
