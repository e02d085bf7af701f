import * as z from 'zod/mini';
import { appointmentFields, exactlyOne, instanceBackupField, volumeSelectorField } from '../../shared/job.ts';

/** EBS snapshots for one slot of one tier: of volumes, each by itself, or of instances, each as a set. */
export const takeSnapshotsJob = z
  .strictObject({
    ...appointmentFields,
    volumes: z.optional(volumeSelectorField),
    instances: z.optional(instanceBackupField),
  })
  .check(
    z.refine(
      ({ volumes, instances }) => exactlyOne({ volumes, instances }),
      'expected exactly one of "volumes" and "instances"',
    ),
  );

export type TakeSnapshotsJob = z.infer<typeof takeSnapshotsJob>;
