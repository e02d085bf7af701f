import * as z from 'zod/mini';
import { commonJobFields, regionField } from '../../shared/job.ts';

/** Deletes what is due. */
export const expireBackupsJob = z.strictObject({
  ...commonJobFields,
  /** The largest share of a living source's backups that one run may delete, where it has four or more. */
  maxDeleteShare: z._default(z.number().check(z.gt(0), z.maximum(1)), 0.5),
  /** How many completed backups always stand of a source that no longer exists. */
  keepOfGoneSources: z._default(z.int().check(z.minimum(0)), 1),
  /** Only backups of these sources: how a person releases one that `maxDeleteShare` held back. */
  sources: z.optional(
    z
      .array(
        z
          .string()
          .check(
            z.regex(
              /^((vol|i)-[0-9a-f]{8,17}|(db|cluster):[a-z][a-z0-9-]*)$/,
              'expected a source: an id such as vol-0123456789abcdef0 or i-0123456789abcdef0, "db:<identifier>" or "cluster:<identifier>"',
            ),
          ),
      )
      .check(z.minLength(1)),
  ),
  /** Delete nothing and say of every backup when it is due, why it stands until then, and what would block it. */
  explain: z._default(z.boolean(), false),
  /** The other regions in which `explain` looks; what is due says itself where it is. */
  regions: z._default(z.array(regionField), []),
});

export type ExpireBackupsJob = z.infer<typeof expireBackupsJob>;
