/** EBS snapshots of the chosen volumes, or sets of the chosen instances' volumes, once for each slot. See docs/take-snapshots.md. */
import { observeInstances } from '../../shared/aws/ec2-instances.ts';
import { setsOfSlot } from '../../shared/aws/ec2-snapshot-sets.ts';
import { observeVolumes } from '../../shared/aws/ec2-volumes.ts';
import { type Appointment, keepAppointment } from '../../shared/backups/appointment.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { ebsBackups } from '../../shared/backups/ebs.ts';
import type { AutomationFunction } from '../../shared/entrypoint.ts';
import type { InstanceBackup, VolumeSelector } from '../../shared/job.ts';
import { resolveRows } from '../../shared/ledger/rows.ts';
import { slotId } from '../../shared/slot.ts';
import { takeVolumes } from './act.ts';
import { takeSets } from './act-sets.ts';
import type { TakeSnapshotsClients } from './clients.ts';
import { decideTake } from './decide.ts';
import { decideSets } from './decide-sets.ts';
import { type TakeSnapshotsJob, takeSnapshotsJob } from './job.ts';

export const takeSnapshots: AutomationFunction<TakeSnapshotsJob, TakeSnapshotsClients> = {
  name: 'take-snapshots',
  job: takeSnapshotsJob,
  run: (run) => keepAppointment(run, takeSlot),
};

type TakeAppointment = Appointment<TakeSnapshotsJob, TakeSnapshotsClients>;

async function takeSlot(appointment: TakeAppointment): Promise<void> {
  const { volumes = {}, instances } = appointment.run.job;
  if (instances) await takeSlotOfInstances(instances, appointment);
  else await takeSlotOfVolumes(volumes, appointment);
}

async function takeSlotOfVolumes(selector: VolumeSelector, appointment: TakeAppointment): Promise<void> {
  const { aws, owner } = appointment.run;
  const ofSlot: StandingBackup[] = [];
  const volumes = await observeVolumes(aws, selector);
  const pages = ebsBackups(aws).ownWith(owner, 'slot', [slotId(appointment.slot)]);
  for await (const page of pages) ofSlot.push(...page);
  if (volumes.length === 0) sayNothingSelected(appointment);
  const seen = { volumes, namedIds: selector.ids ?? [], ofSlot };
  const decisions = decideTake(seen, orderOf(appointment));
  await resolve(appointment);
  await takeVolumes(decisions, appointment);
}

async function takeSlotOfInstances(selected: InstanceBackup, appointment: TakeAppointment): Promise<void> {
  const { aws, owner, startedAt } = appointment.run;
  const instances = await observeInstances(aws, selected);
  const ofSlot = await setsOfSlot(aws, owner, slotId(appointment.slot));
  if (instances.length === 0) sayNothingSelected(appointment);
  const order = { ...orderOf(appointment), region: aws.region, now: startedAt, selected };
  const decisions = decideSets({ instances, ofSlot }, order);
  await resolve(appointment);
  await takeSets(decisions, selected, appointment);
}

const orderOf = ({ slot, expires, run: { owner, job } }: TakeAppointment) => {
  const { copies, maxActions } = job;
  return { owner, slot, expires, copies, maxActions };
};

async function resolve({ run: { aws, owner, job, ledger } }: TakeAppointment): Promise<void> {
  if (!job.dryRun) await resolveRows(ledger, ebsBackups(aws), owner);
}

function sayNothingSelected({ slot: { backup }, run: { job, log, report } }: TakeAppointment): void {
  log.warn('selector.empty', { backup, volumes: job.volumes, instances: job.instances });
  report.add({ resource: backup, decision: 'keep', reason: 'nothing-selected', outcome: 'kept' });
}
