/**
 * The language of `groundskeeper.yml`, key by key. Messages, the JSON Schema for editors and the
 * reference in docs/plan.md all come from here. What needs more than one key at a time is in
 * `rules.ts`. Full zod, since this runs at build time only; the fields that a job has too are its own.
 */
import { z } from 'zod';
import { durationPattern } from '../duration.ts';
import { nameField, volumeSelectorField } from '../job.ts';

/** A field of a job (zod/mini), with the words for the reference. */
const described = <Schema extends z.core.$ZodType>(
  schema: Schema,
  description: string,
  examples?: unknown[],
) => {
  const copy = z.core.clone(schema);
  z.globalRegistry.add(copy, examples ? { description, examples } : { description });
  return copy;
};

const duration = z
  .string({ error: 'is not a duration; expected text such as "24 hours"' })
  .regex(
    durationPattern,
    'is not a duration; expected a whole number and a unit, such as "24 hours", "7 days", "2 weeks", "1 month" or "1 year"',
  );

const time = z
  .string({ error: 'is not a time of day; expected text in quotes, such as "02:10"' })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day; expected "00:00" to "23:59", such as "02:10"');

export const weekdays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

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
    examples: ['02:10'],
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

const filterValues = 200; // DescribeVolumes and DescribeInstances take at most 200 values a filter
const tagValue = z
  .string({ error: 'is not a tag value; expected text, in quotes if it looks like a number or a switch' })
  .max(256, 'is too long; expected 256 characters at most');
const tagValues = z
  .array(tagValue)
  .min(1, 'selects nothing; expected at least one value')
  .max(filterValues, `is too long; expected ${filterValues} values at most`);

const tags = z
  .record(
    z
      .string()
      .min(1, 'is not a tag key; expected 1 to 128 characters')
      .max(128, 'is not a tag key; expected 1 to 128 characters'),
    z.union([tagValue, tagValues]),
  )
  .refine((record) => Object.keys(record).length > 0, 'selects nothing; expected at least one tag')
  .meta({
    description:
      'Tags that all must be there: a key, and the value or the list of values of which it has one.',
    examples: [{ Backup: 'data', Stage: ['live', 'trial'] }],
  });

const selector = volumeSelectorField.shape;
const instances = selector.instances.def.innerType.shape;

/** For editors; the rule itself, which says it better, is in `rules/selectors.ts`. */
const exactlyOne = { minProperties: 1, maxProperties: 1 };

export const volumesSchema = z.strictObject({
  ids: described(selector.ids, 'Volumes by id, 200 at most.', [['vol-0123456789abcdef0']]),
  tags: tags.optional(),
  instances: z
    .strictObject({
      ids: described(instances.ids, 'Instances by id, 200 at most.', [['i-0123456789abcdef0']]),
      tags: tags.optional(),
    })
    .optional()
    .meta({
      description: 'All volumes attached to these instances: exactly one of `ids` and `tags`.',
      ...exactlyOne,
    }),
});

export const backupSchema = z.strictObject({
  name: described(
    nameField,
    'The backup: part of the schedules that it becomes and a tag of what it makes.',
    ['data'],
  ),
  volumes: volumesSchema.meta({
    description: 'What to back up: exactly one of `ids`, `tags` and `instances`.',
    ...exactlyOne,
  }),
  tiers: z
    .array(tierSchema, { error: 'is not a list of tiers; expected at least one "- name: …"' })
    .min(1, 'has no tier; expected at least one')
    .meta({
      description:
        'How often and for how long, one schedule each. No two tiers of a backup may start less than 5 minutes apart.',
    }),
});

/** What CloudWatch Logs takes as a group's retention: API reference, PutRetentionPolicy. */
const logRetentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const topicPattern = 'arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}';
const addressPattern = '[^\\s@:]+@[^\\s@:]+\\.[^\\s@:]+';

export const planSchema = z
  .strictObject({
    timezone: z
      .string({ error: 'is not a time zone; expected an IANA name such as Europe/Berlin' })
      .default('UTC')
      .meta({
        description: 'The IANA time zone in which every `at` is meant.',
        examples: ['Europe/Berlin', 'UTC'],
      }),
    ledger: z
      .enum(['simpledb', 'dynamodb'], { error: 'is not a ledger; expected simpledb or dynamodb' })
      .default('simpledb')
      .meta({
        description:
          'Where it is written down what was made and when it is due. SimpleDB costs next to nothing, but only eight regions have it; DynamoDB is everywhere. After a change `reconcile-ledger` fills the new one.',
      }),
    notify: z
      .string({ error: 'is neither an e-mail address nor the ARN of an SNS topic' })
      .regex(
        new RegExp(`^(${topicPattern}|${addressPattern})$`),
        'is neither; expected an e-mail address or the ARN of an SNS topic',
      )
      .optional()
      .meta({
        description:
          'Whom every alarm tells: an e-mail address (it has to be confirmed once) or the ARN of an SNS topic. Left out: the alarms ring in the console only.',
        examples: ['ops@example.com', 'arn:aws:sns:eu-west-1:123456789012:on-call'],
      }),
    maxDeleteShare: z
      .number({ error: 'is not a share; expected a number above 0 and up to 1, such as 0.5' })
      .gt(0, 'is not a share; expected a number above 0 and up to 1, such as 0.5')
      .max(1, 'is not a share; expected a number above 0 and up to 1, such as 0.5')
      .default(0.5)
      .meta({
        description:
          "The largest share of a living volume's snapshots that one run may delete, where it has four or more. What exceeds it is kept, and the run fails saying so.",
      }),
    logRetentionDays: z
      .literal(logRetentionDays, {
        error: `is not a retention of CloudWatch Logs; expected one of ${logRetentionDays.join(', ')}`,
      })
      .default(30)
      .meta({ description: "How many days the functions' logs are kept." }),
    backups: z
      .array(backupSchema, { error: 'is not a list of backups; expected at least one "- name: …"' })
      .min(1, 'has no backup; expected at least one')
      .meta({ description: 'What is backed up, how often, and for how long.' }),
  })
  .meta({
    title: 'Groundskeeper plan',
    description:
      'What Groundskeeper does in this account. `serverless deploy` turns it into schedules, alarms and roles.',
  });

export type PlanFile = z.output<typeof planSchema>;
export type TierFile = z.output<typeof tierSchema>;
export type VolumesFile = z.output<typeof volumesSchema>;
