/** EBS snapshots of the chosen volumes, once for each slot. See docs/take-snapshots.md. */
import { observeVolumes } from '../../shared/aws/ec2-volumes.ts';
import { type Appointment, keepAppointment } from '../../shared/backups/appointment.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { ebsBackups } from '../../shared/backups/ebs.ts';
import type { AutomationFunction } from '../../shared/entrypoint.ts';
import { resolveRows } from '../../shared/ledger/rows.ts';
import { slotId } from '../../shared/slot.ts';
import type { HomeClients } from '../../shared/tools.ts';
import { takeVolumes } from './act.ts';
import { decideTake } from './decide.ts';
import { type TakeSnapshotsJob, takeSnapshotsJob } from './job.ts';

export const takeSnapshots: AutomationFunction<TakeSnapshotsJob> = {
  name: 'take-snapshots',
  job: takeSnapshotsJob,
  run: (run) => keepAppointment(run, takeSlot),
};

async function takeSlot(appointment: Appointment<TakeSnapshotsJob, HomeClients>): Promise<void> {
  const { slot, expires, run } = appointment;
  const { job, owner, report } = run;
  const gateway = ebsBackups(run.aws);
  const ofSlot: StandingBackup[] = [];
  const volumes = await observeVolumes(run.aws, job.volumes ?? {});
  for await (const page of gateway.ownWith(owner, 'slot', [slotId(slot)])) ofSlot.push(...page);
  if (volumes.length === 0) {
    run.log.warn('selector.empty', { backup: slot.backup, volumes: job.volumes });
    report.add({ resource: slot.backup, decision: 'keep', reason: 'nothing-selected', outcome: 'kept' });
  }
  const { copies, maxActions } = job;
  const seen = { volumes, namedIds: job.volumes?.ids ?? [], ofSlot };
  const decisions = decideTake(seen, { owner, slot, expires, copies, maxActions });
  if (!job.dryRun) await resolveRows(run.ledger, gateway, owner);
  await takeVolumes(decisions, appointment);
}
