import * as z from 'zod/mini';
import { commonJobFields, durationField, nameField, volumeSelectorField } from '../../shared/job.ts';

/** EBS snapshots of the chosen volumes for one slot of one tier. */
export const takeSnapshotsJob = z.strictObject({
  ...commonJobFields,
  backup: nameField,
  volumes: volumeSelectorField,
  tier: z._default(nameField, 'manual'),
  /** How long the snapshots are kept, from the later of the slot and the start. */
  keep: durationField,
  /** The tier's interval: a slot older than this is not taken any more. Left out by hand. */
  every: z.optional(durationField),
  /** The slot's time, `<aws.scheduler.scheduled-time>` in a schedule; now if left out. */
  scheduledTime: z.optional(z.iso.datetime('expected a time in UTC such as "2026-11-21T02:15:00Z"')),
});

export type TakeSnapshotsJob = z.infer<typeof takeSnapshotsJob>;
