/** The jobs that triggers carry: what a person would pass to the same functions by hand. */
import type { z } from 'zod';
import type { copyBackupsJob } from '../../functions/copy-backups/job.ts';
import type { createImagesJob } from '../../functions/create-images/job.ts';
import type { expireBackupsJob } from '../../functions/expire-backups/job.ts';
import type { reconcileLedgerJob } from '../../functions/reconcile-ledger/job.ts';
import type { takeDbSnapshotsJob } from '../../functions/take-db-snapshots/job.ts';
import type { takeSnapshotsJob } from '../../functions/take-snapshots/job.ts';
import type { InstanceBackup, InstanceSelector } from '../job.ts';
import { timeText } from './cadence.ts';
import {
  type Backup,
  type Cadence,
  type CopyTarget,
  copyRegions,
  durationText,
  intervalOf,
  type Plan,
  type Subject,
  type Tier,
} from './plan.ts';

/** Scheduler puts the appointment here, so that a late or repeated delivery still names its slot. */
const scheduledTime = '<aws.scheduler.scheduled-time>';

type Taking =
  | { startsFunction: 'take-snapshots'; job: z.input<typeof takeSnapshotsJob> }
  | { startsFunction: 'take-db-snapshots'; job: z.input<typeof takeDbSnapshotsJob> }
  | { startsFunction: 'create-images'; job: z.input<typeof createImagesJob> };

/** Which function makes a tier's backups, and what it is told. */
export function takingOf({ name: backup, subject, copies }: Backup, tier: Tier): Taking {
  const appointment = appointmentOf(tier, copies);
  switch (subject.kind) {
    case 'volumes':
      return { startsFunction: 'take-snapshots', job: { backup, volumes: subject.chosen, ...appointment } };
    case 'instances': {
      const instances = withoutIdle(subject.chosen);
      return { startsFunction: 'take-snapshots', job: { backup, instances, ...appointment } };
    }
    case 'databases': {
      const databases = subject.chosen;
      return { startsFunction: 'take-db-snapshots', job: { backup, databases, ...appointment } };
    }
    case 'images': {
      const { reboot, dataVolumes, ...instances } = subject.chosen;
      const job = { backup, instances, reboot, dataVolumes, ...appointment };
      return { startsFunction: 'create-images', job };
    }
  }
}

function appointmentOf(tier: Tier, copies: readonly CopyTarget[]) {
  const regions = copies.filter(({ keep }) => keep.has(tier.name)).map(({ region }) => region);
  return {
    tier: tier.name,
    keep: durationText(tier.keep),
    every: durationText(intervalOf(tier.cadence)),
    scheduledTime,
    ...(regions.length > 0 && { copies: regions }),
  };
}

/** Defaults of what the plan does not ask for would only puzzle who reads the job. */
function withoutIdle({ freezeSeconds, unfrozen, commandSeconds, ...others }: InstanceBackup) {
  const commands = others.before ?? others.after;
  return {
    ...others,
    ...(others.freeze && { freezeSeconds }),
    ...((others.freeze ?? commands) && { unfrozen }),
    ...(commands && { commandSeconds }),
  };
}

export function copyBackupsJobOf(plan: Plan): z.input<typeof copyBackupsJob> {
  return {
    copies: plan.backups.flatMap(({ name, copies }) =>
      copies.map(({ region, kmsKey, keep }) => ({
        backup: name,
        region,
        ...(kmsKey !== undefined && { kmsKey }),
        keep: Object.fromEntries([...keep].map(([tier, duration]) => [tier, durationText(duration)])),
      })),
    ),
  };
}

/** By key `regions`, if there are any. */
function otherRegions(plan: Plan): { regions?: string[] } {
  const regions = copyRegions(plan);
  return regions.length > 0 ? { regions } : {};
}

export function expireBackupsJobOf(plan: Plan): z.input<typeof expireBackupsJob> {
  const { maxDeleteShare, keepOfGoneSources } = plan;
  return { maxDeleteShare, keepOfGoneSources, ...otherRegions(plan) };
}

/** The one job that knows the whole plan: it compares what stands with what the plan says now. */
export function reconcileLedgerJobOf(plan: Plan): z.input<typeof reconcileLedgerJob> {
  return {
    backups: plan.backups.map(({ name, subject, tiers }) => ({
      backup: name,
      ...selectionOf(subject),
      tiers: Object.fromEntries(
        tiers.map(({ name, keep, cadence }) => [name, { keep: durationText(keep), ...promotionOf(cadence) }]),
      ),
    })),
    timezone: plan.timezone,
    keepOfGoneSources: plan.keepOfGoneSources,
    ...otherRegions(plan),
  };
}

function selectionOf(subject: Subject) {
  switch (subject.kind) {
    case 'volumes':
      return { volumes: subject.chosen };
    case 'instances':
      return { instances: idsOrTags(subject.chosen) };
    case 'databases':
      return { databases: subject.chosen };
    case 'images':
      return { images: idsOrTags(subject.chosen) };
  }
}

const idsOrTags = ({ ids, tags }: InstanceSelector): InstanceSelector => ({
  ...(ids && { ids }),
  ...(tags && { tags }),
});

/** What is rare is replaced if it is missing: the start of a week's or a month's tier. */
function promotionOf(cadence: Cadence) {
  switch (cadence.unit) {
    case 'week':
      return { starts: { every: 'week', on: cadence.on, at: timeText(cadence.at) } } as const;
    case 'month':
      return { starts: { every: 'month', on: cadence.on, at: timeText(cadence.at) } } as const;
    default:
      return {};
  }
}
