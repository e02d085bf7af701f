/** The jobs that schedules carry: what a person would pass to the same functions by hand. */
import type { z } from 'zod';
import type { expireBackupsJob } from '../../functions/expire-backups/job.ts';
import type { reconcileLedgerJob } from '../../functions/reconcile-ledger/job.ts';
import type { takeSnapshotsJob } from '../../functions/take-snapshots/job.ts';
import { type Backup, durationText, intervalOf, type Plan, type Tier } from './plan.ts';

/** Scheduler puts the appointment here, so that a late or repeated delivery still names its slot. */
const scheduledTime = '<aws.scheduler.scheduled-time>';

export function takeSnapshotsJobOf(backup: Backup, tier: Tier): z.input<typeof takeSnapshotsJob> {
  return {
    backup: backup.name,
    volumes: backup.volumes,
    tier: tier.name,
    keep: durationText(tier.keep),
    every: durationText(intervalOf(tier.cadence)),
    scheduledTime,
  };
}

export function expireBackupsJobOf(plan: Plan): z.input<typeof expireBackupsJob> {
  return { maxDeleteShare: plan.maxDeleteShare };
}

/** The one job that knows the whole plan: it compares what stands with what the plan says now. */
export function reconcileLedgerJobOf(plan: Plan): z.input<typeof reconcileLedgerJob> {
  return {
    backups: plan.backups.map(({ name, volumes, tiers }) => ({
      backup: name,
      volumes,
      tiers: Object.fromEntries(tiers.map((tier) => [tier.name, durationText(tier.keep)])),
    })),
  };
}
