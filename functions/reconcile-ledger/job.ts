import * as z from 'zod/mini';
import { commonJobFields, durationField, nameField, volumeSelectorField } from '../../shared/job.ts';

/** From tags to ledger, for everything of ours; then, for each backup named, its age and its retention. */
export const reconcileLedgerJob = z.strictObject({
  ...commonJobFields,
  backups: z._default(
    z.array(
      z.strictObject({
        backup: nameField,
        volumes: volumeSelectorField,
        /** Tier to retention, as the plan has it now. */
        tiers: z.record(nameField, durationField),
      }),
    ),
    [],
  ),
  /** Give existing backups the retention that the plan has now; left out, the report says what differs. */
  retag: z._default(z.boolean(), false),
});

export type ReconcileLedgerJob = z.infer<typeof reconcileLedgerJob>;
