/** Carries the decisions about instances out: a set of each one's volumes, frozen if the job says so. */
import { createSnapshotSet, tagWithSize } from '../../shared/aws/ec2-snapshot-sets.ts';
import { awsErrorOf } from '../../shared/aws/errors.ts';
import type { Patience } from '../../shared/aws/persist.ts';
import type { Appointment } from '../../shared/backups/appointment.ts';
import { type Ending, takeAll } from '../../shared/backups/take.ts';
import type { InstanceBackup } from '../../shared/job.ts';
import type { TakeSnapshotsClients } from './clients.ts';
import type { SetCreation, SetDecision } from './decide-sets.ts';
import { secondsFor } from './freeze.ts';
import { takeFrozen } from './frozen-set.ts';
import type { TakeSnapshotsJob } from './job.ts';

type SetAppointment = Appointment<TakeSnapshotsJob, TakeSnapshotsClients>;

const endings: Record<string, Ending> = {
  'instance-not-found': { name: 'InstanceNotFound', what: 'such instance' },
  'nothing-to-snapshot': { name: 'NothingToSnapshot', what: 'volume of it that is not left out' },
  // In a moment it runs, with all its volumes: Lambda's retry finds it so.
  'instance-pending': 'deferred',
};

export async function takeSets(
  decisions: readonly SetDecision[],
  selected: InstanceBackup,
  appointment: SetAppointment,
): Promise<void> {
  const { run } = appointment;
  const { freeze, before = [], after = [], commandSeconds } = selected;
  const touches = freeze !== undefined || before.length > 0 || after.length > 0;
  const create = async (creation: SetCreation, patience: Patience = run.aws.patience) =>
    createSnapshotSet({ ...run.aws, patience }, creation.set);
  const rest = run.job.dryRun ? decisions : await resized(decisions, appointment);
  await takeAll<TakeSnapshotsJob, TakeSnapshotsClients, SetCreation>(rest, {
    ...appointment,
    endings,
    // Each is frozen for itself alone. CreateSnapshots refills at 5 a second.
    creationsAtOnce: 5,
    ...(touches && { secondsEach: secondsFor({ before, after, commandSeconds }), waitsForBusy: false }),
    create: async (creation) => {
      if (touches && creation.runs) return takeFrozen(creation, selected, run, create);
      await create(creation);
      return { id: creation.set.id, ...(touches && { detail: 'crash-consistent: the instance is stopped' }) };
    },
  });
}

/** Puts right how many members a set says it has, where the run that made it died before; without those that failed. */
async function resized(
  decisions: readonly SetDecision[],
  { run }: SetAppointment,
): Promise<readonly SetDecision[]> {
  const rest: SetDecision[] = [];
  for (const decision of decisions) {
    try {
      if (decision.kind === 'keep' && decision.resize) await tagWithSize(run.aws, decision.resize);
      rest.push(decision);
    } catch (error) {
      const { name, message } = awsErrorOf(error);
      const resource = decision.kind === 'keep' ? decision.resource : decision.source;
      const failure = { decision: 'keep', reason: 'already-taken', outcome: 'failed' } as const;
      run.report.add({ resource, ...failure, error: { name, message } });
    }
  }
  return rest;
}
