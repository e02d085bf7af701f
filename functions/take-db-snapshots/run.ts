/** Snapshots of the chosen RDS instances and clusters, once for each slot. See docs/take-db-snapshots.md. */
import { observeDatabases, sourceNameOf } from '../../shared/aws/rds-databases.ts';
import { type Appointment, keepAppointment } from '../../shared/backups/appointment.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { rdsBackups } from '../../shared/backups/rds.ts';
import type { AutomationFunction } from '../../shared/entrypoint.ts';
import type { DatabaseSelector } from '../../shared/job.ts';
import { resolveRows } from '../../shared/ledger/rows.ts';
import { slotId } from '../../shared/slot.ts';
import { recordFailed, takeDatabases } from './act.ts';
import type { TakeDbSnapshotsClients } from './clients.ts';
import { decideTake } from './decide.ts';
import { type TakeDbSnapshotsJob, takeDbSnapshotsJob } from './job.ts';

export const takeDbSnapshots: AutomationFunction<TakeDbSnapshotsJob, TakeDbSnapshotsClients> = {
  name: 'take-db-snapshots',
  job: takeDbSnapshotsJob,
  run: (run) => keepAppointment(run, takeSlot),
};

type TakeAppointment = Appointment<TakeDbSnapshotsJob, TakeDbSnapshotsClients>;

async function takeSlot(appointment: TakeAppointment): Promise<void> {
  const { slot, expires, run } = appointment;
  const { aws, job, owner, ledger } = run;
  const gateway = rdsBackups(aws);
  const ofSlot: StandingBackup[] = [];
  const databases = await observeDatabases(aws, job.databases);
  for await (const page of gateway.ownWith(owner, 'slot', [slotId(slot)])) ofSlot.push(...page);
  if (databases.length === 0) sayNothingSelected(appointment);
  const seen = { databases, named: namedIn(job.databases), ofSlot };
  const { copies, maxActions } = job;
  const decisions = decideTake(seen, { owner, slot, expires, copies, maxActions });
  if (!job.dryRun) {
    await resolveRows(ledger, gateway, owner);
    await recordFailed(ofSlot, ledger);
  }
  await takeDatabases(decisions, appointment);
}

const namedIn = ({ instances = [], clusters = [] }: DatabaseSelector): string[] => [
  ...instances.map((id) => sourceNameOf({ type: 'db', id })),
  ...clusters.map((id) => sourceNameOf({ type: 'cluster', id })),
];

function sayNothingSelected({ slot: { backup }, run: { job, log, report } }: TakeAppointment): void {
  log.warn('selector.empty', { backup, databases: job.databases });
  report.add({ resource: backup, decision: 'keep', reason: 'nothing-selected', outcome: 'kept' });
}
