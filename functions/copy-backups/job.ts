import * as z from 'zod/mini';
import { commonJobFields, durationField, nameField, regionField } from '../../shared/job.ts';

/** Starts the copies that completed backups should have and do not have, and watches those under way. */
export const copyBackupsJob = z.strictObject({
  ...commonJobFields,
  copies: z
    .array(
      z.strictObject({
        backup: nameField,
        /** Where to. */
        region: regionField,
        /** A key of that region: its ARN, id or alias. Left out: AWS's own key for EBS or RDS. */
        kmsKey: z.optional(z.string().check(z.minLength(1), z.maxLength(2048))),
        /** Tier to retention of the copies; backups of other tiers are not copied there. */
        keep: z.record(nameField, durationField),
      }),
    )
    .check(z.minLength(1, 'expected at least one')),
  /** Only these backups, by id: what an event's completion narrows the job to. */
  resources: z.optional(z.array(z.string().check(z.minLength(1))).check(z.minLength(1))),
});

export type CopyBackupsJob = z.infer<typeof copyBackupsJob>;
