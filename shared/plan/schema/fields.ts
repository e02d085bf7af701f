/** What several parts of the plan's language have in common. */
import { z } from 'zod';
import { durationPattern } from '../../duration.ts';

/** A field of a job (zod/mini), with the words for the reference. */
export const described = <Schema extends z.core.$ZodType>(
  schema: Schema,
  description: string,
  examples?: unknown[],
) => {
  const copy = z.core.clone(schema);
  z.globalRegistry.add(copy, examples ? { description, examples } : { description });
  return copy;
};

export const duration = z
  .string({ error: 'is not a duration; expected text such as "24 hours"' })
  .regex(durationPattern, {
    error: ({ input }) =>
      /^[1-9]\d* (hour|day|week|month|year)s?$/.test(String(input))
        ? 'is too long; expected a count of 9999 at most, of years 999'
        : 'is not a duration; expected a whole number and a unit, such as "24 hours", "7 days", "2 weeks", "1 month" or "1 year"',
  });

const filterValues = 200; // DescribeVolumes and DescribeInstances take at most 200 values a filter
const tagValue = z
  .string({ error: 'is not a tag value; expected text, in quotes if it looks like a number or a switch' })
  .max(256, 'is too long; expected 256 characters at most');
const tagValues = z
  .array(tagValue)
  .min(1, 'selects nothing; expected at least one value')
  .max(filterValues, `is too long; expected ${filterValues} values at most`);

/** As in a job, but that a single value needs no list. */
export const tags = z
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

/** For editors: one of these keys has to be there. The rule itself, which says it better, is in `rules/selectors.ts`. */
export const oneOfKeys = (keys: readonly string[]) => ({ oneOf: keys.map((key) => ({ required: [key] })) });
