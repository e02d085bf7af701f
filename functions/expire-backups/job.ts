import * as z from 'zod/mini';
import { commonJobFields } from '../../shared/job.ts';

/** Deletes what is due. */
export const expireBackupsJob = z.strictObject({
  ...commonJobFields,
  /** The largest share of a living source's backups that one run may delete, where it has four or more. */
  maxDeleteShare: z._default(z.number().check(z.gt(0), z.maximum(1)), 0.5),
  /** Only backups of these sources: how a person releases one that `maxDeleteShare` held back. */
  sources: z.optional(
    z.array(z.string().check(z.regex(/^vol-[0-9a-f]{8,17}$/, 'expected a volume id'))).check(z.minLength(1)),
  ),
});

export type ExpireBackupsJob = z.infer<typeof expireBackupsJob>;
