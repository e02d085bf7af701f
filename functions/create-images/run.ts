/** Images of the chosen instances, once for each slot. See docs/create-images.md. */
import { observeInstances } from '../../shared/aws/ec2-instances.ts';
import { type Appointment, keepAppointment } from '../../shared/backups/appointment.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { imagesIn } from '../../shared/backups/images.ts';
import type { AutomationFunction } from '../../shared/entrypoint.ts';
import { resolveRows } from '../../shared/ledger/rows.ts';
import { slotId } from '../../shared/slot.ts';
import type { HomeClients } from '../../shared/tools.ts';
import { makeImages } from './act.ts';
import { decideImages } from './decide.ts';
import { type CreateImagesJob, createImagesJob } from './job.ts';

export const createImages: AutomationFunction<CreateImagesJob> = {
  name: 'create-images',
  job: createImagesJob,
  run: (run) => keepAppointment(run, takeSlot),
};

async function takeSlot(appointment: Appointment<CreateImagesJob, HomeClients>): Promise<void> {
  const { slot, expires, run } = appointment;
  const { aws, job, owner, ledger, report } = run;
  const gateway = imagesIn(aws);
  const ofSlot: StandingBackup[] = [];
  const instances = await observeInstances(aws, job.instances);
  for await (const page of gateway.ownWith(owner, 'slot', [slotId(slot)])) ofSlot.push(...page);
  if (instances.length === 0) {
    run.log.warn('selector.empty', { backup: slot.backup, instances: job.instances });
    report.add({ resource: slot.backup, decision: 'keep', reason: 'nothing-selected', outcome: 'kept' });
  }
  const { copies, dataVolumes, maxActions } = job;
  const seen = { instances, namedIds: job.instances.ids ?? [], ofSlot };
  const decisions = decideImages(seen, { owner, slot, expires, copies, dataVolumes, maxActions });
  if (!job.dryRun) await resolveRows(ledger, gateway, owner);
  await makeImages(decisions, appointment);
}
