/** Carries the decisions out: a snapshot of each volume. */
import { createSnapshot } from '../../shared/aws/ec2-snapshots.ts';
import type { Appointment } from '../../shared/backups/appointment.ts';
import { type Ending, takeAll } from '../../shared/backups/take.ts';
import { slotId } from '../../shared/slot.ts';
import type { TakeSnapshotsClients } from './clients.ts';
import type { TakeDecision } from './decide.ts';
import type { TakeSnapshotsJob } from './job.ts';

const endings: Record<string, Ending> = {
  'volume-not-found': { name: 'VolumeNotFound', what: 'such volume' },
  // In a moment it can be backed up: Lambda's retry finds it so.
  'volume-creating': 'deferred',
};

export async function takeVolumes(
  decisions: readonly TakeDecision[],
  appointment: Appointment<TakeSnapshotsJob, TakeSnapshotsClients>,
): Promise<void> {
  const { slot, run } = appointment;
  const description = `Groundskeeper ${slotId(slot)}`;
  await takeAll(decisions, {
    ...appointment,
    endings,
    // CreateSnapshot refills at 5 a second: more at once would only be throttled.
    creationsAtOnce: 5,
    create: async ({ source, tags }) => ({
      id: await createSnapshot(run.aws, { volumeId: source, description, tags }),
    }),
  });
}
