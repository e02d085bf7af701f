/**
 * What every job may carry, and the fields that more than one job has. Jobs are validated strictly:
 * a key that is not known is an error, so that a typo never becomes a default.
 * `zod/mini`, since these schemas run at each cold start.
 */
import * as z from 'zod/mini';
import { parseDuration } from './duration.ts';

export const commonJobFields = {
  /** Show every decision and change nothing. */
  dryRun: z._default(z.boolean(), false),
  /** The most writes of one run; what exceeds it is kept, and the run fails saying so. */
  maxActions: z.optional(z.int().check(z.minimum(1))),
};

/** A backup's or a tier's name: it becomes part of logical ids, tags and ledger keys. */
export const nameField = z
  .string()
  .check(
    z.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case letters, digits and single hyphens'),
    z.maxLength(40, 'expected 40 characters at most'),
  );

/** "24 hours", "7 days", "1 month". */
export const durationField = z
  .string()
  .check(
    z.refine(
      (text) => parseDuration(text) !== undefined,
      'expected a whole number and a unit, such as "24 hours", "7 days", "2 weeks", "1 month" or "1 year"',
    ),
  );

const filterValues = 200; // DescribeVolumes and DescribeInstances take at most 200 values a filter

const idList = (prefix: string) =>
  z
    .array(
      z
        .string()
        .check(
          z.regex(
            new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`),
            `expected an id such as ${prefix}-0123456789abcdef0`,
          ),
        ),
    )
    .check(
      z.minLength(1, 'expected at least one id'),
      z.maxLength(filterValues, `expected ${filterValues} ids at most`),
    );

/** All keys must be there, each with one of its values. */
const tagFilter = z
  .record(
    z.string().check(z.minLength(1), z.maxLength(128)),
    z
      .array(z.string().check(z.maxLength(256)))
      .check(
        z.minLength(1, 'expected at least one value'),
        z.maxLength(filterValues, `expected ${filterValues} values at most`),
      ),
    'expected tag keys of 1 to 128 characters, each with a list of values',
  )
  .check(z.refine((tags) => Object.keys(tags).length > 0, 'expected at least one tag'));

const exactlyOne = (selector: object) =>
  Object.values(selector).filter((value) => value !== undefined).length === 1;

/** Which volumes: by id, by tag, or those attached to instances that are chosen by id or tag. */
export const volumeSelectorField = z
  .strictObject({
    ids: z.optional(idList('vol')),
    tags: z.optional(tagFilter),
    instances: z.optional(
      z
        .strictObject({ ids: z.optional(idList('i')), tags: z.optional(tagFilter) })
        .check(z.refine(exactlyOne, 'expected exactly one of "ids" and "tags"')),
    ),
  })
  .check(z.refine(exactlyOne, 'expected exactly one of "ids", "tags" and "instances"'));

export type VolumeSelector = z.infer<typeof volumeSelectorField>;
