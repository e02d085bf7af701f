import * as z from 'zod/mini';
import { appointmentFields, databaseSelectorField } from '../../shared/job.ts';

/** Snapshots of RDS instances and Aurora clusters for one slot of one tier. */
export const takeDbSnapshotsJob = z.strictObject({
  ...appointmentFields,
  databases: databaseSelectorField,
});

export type TakeDbSnapshotsJob = z.infer<typeof takeDbSnapshotsJob>;
