/** Carries the decisions out: rows first, then the snapshots, then their ids into the rows. */
import pMap from 'p-map';
import { slices } from '../../shared/aws/ec2.ts';
import { createSnapshot } from '../../shared/aws/ec2-snapshots.ts';
import { awsErrorOf, natureOf } from '../../shared/aws/errors.ts';
import type { Run } from '../../shared/entrypoint.ts';
import { LeaseLostError } from '../../shared/lease.ts';
import { type BackupRow, rowKey, rowsPerBatch } from '../../shared/ledger/ledger.ts';
import { rowOf } from '../../shared/ledger/rows.ts';
import type { Outcome } from '../../shared/report.ts';
import { type Slot, slotId } from '../../shared/slot.ts';
import type { KeepReason, TakeDecision } from './decide.ts';
import type { TakeSnapshotsJob } from './job.ts';

type Creation = Extract<TakeDecision, { kind: 'create' }>;
type Keeping = Extract<TakeDecision, { kind: 'keep' }>;

export interface Assignment {
  slot: Slot;
  expires: Date;
  run: Run<TakeSnapshotsJob>;
}

// CreateSnapshot refills at 5 a second: more at once would only be throttled.
const creationsAtOnce = 5;

export async function takeAll(decisions: readonly TakeDecision[], assignment: Assignment): Promise<void> {
  const { run } = assignment;
  const keepings = decisions.filter((decision) => decision.kind === 'keep');
  const creations = decisions.filter((decision) => decision.kind === 'create');
  await recordTaken(keepings, run);
  for (const keeping of keepings) sayKept(keeping, run);
  sayLimit(keepings.filter(({ reason }) => reason === 'max-actions').length, run);
  if (run.job.dryRun) sayWithheld(creations, run);
  else await takeCreations(creations, assignment);
}

// Pending snapshots take minutes to hours; the wait is in steps, for the lease's sake.
const busySeconds = 30;
const stepSeconds = 10;

/** The others first, then those volumes again that have too many snapshots pending, while there is time. */
async function takeCreations(creations: readonly Creation[], assignment: Assignment): Promise<void> {
  const { report, timeLeft } = assignment.run;
  let busy = await takeBatches(creations, assignment);
  while (busy.length > 0 && timeLeft() > busySeconds * 1_000) {
    await pause(assignment.run);
    busy = await takeBatches(
      busy.map(({ creation }) => creation),
      assignment,
    );
  }
  for (const { outcome } of busy) report.add(outcome);
}

async function takeBatches(creations: readonly Creation[], assignment: Assignment): Promise<BusyAttempt[]> {
  const busy: BusyAttempt[] = [];
  for (const batch of slices(creations, rowsPerBatch)) busy.push(...(await takeBatch(batch, assignment)));
  return busy;
}

async function pause({ clock, ec2 }: Run<TakeSnapshotsJob>): Promise<void> {
  for (let waited = 0; waited < busySeconds; waited += stepSeconds) {
    await clock.sleep(stepSeconds * 1_000);
    await ec2.patience.heartbeat?.();
  }
}

/** A snapshot that an earlier delivery made may lack its row, or its row the id. */
async function recordTaken(
  keepings: readonly Keeping[],
  { job, ledger }: Run<TakeSnapshotsJob>,
): Promise<void> {
  const rows = keepings.map(({ snapshot }) => snapshot && rowOf(snapshot)).filter((row) => row !== undefined);
  if (rows.length > 0 && !job.dryRun) await ledger.put(rows);
}

const missingSources: Partial<Record<KeepReason, { name: string; what: string }>> = {
  'volume-not-found': { name: 'VolumeNotFound', what: 'such volume' },
  'instance-without-volumes': {
    name: 'InstanceNotFound',
    what: 'such instance, or no volume is attached to it',
  },
};

function sayKept({ resource, reason, snapshot }: Keeping, { report }: Run<TakeSnapshotsJob>): void {
  const missing = missingSources[reason];
  if (missing) {
    const error = {
      name: missing.name,
      message: `The job names ${resource}, but there is no ${missing.what}`,
    };
    report.add({ resource, decision: 'keep', reason, outcome: 'failed', error });
    return;
  }
  if (reason === 'volume-creating') {
    // In a moment it can be backed up: Lambda's retry finds it so.
    report.add({ resource, decision: 'keep', reason, outcome: 'deferred', detail: nextDelivery });
    return;
  }
  report.add({
    resource,
    decision: 'keep',
    reason,
    outcome: 'kept',
    ...(snapshot && { detail: snapshot.id }),
  });
}

function sayLimit(leftOut: number, { job, report }: Run<TakeSnapshotsJob>): void {
  if (leftOut === 0) return;
  report.limit(
    `maxActions is ${job.maxActions}: ${leftOut} more would be taken; start the job with a larger one`,
  );
}

function sayWithheld(creations: readonly Creation[], { report }: Run<TakeSnapshotsJob>): void {
  for (const creation of creations) report.add({ ...headOf(creation), outcome: 'withheld' });
}

const headOf = ({ volume, leftOut }: Creation): Omit<Outcome, 'outcome'> => ({
  resource: volume.id,
  decision: 'create',
  reason: 'slot-due',
  ...(leftOut.length > 0 && { detail: `no room for ${leftOut.length} of its tags: ${leftOut.join(', ')}` }),
});

/** One creation's end: the row as it now is, or the key of one that certainly has nothing behind it. */
interface Attempt {
  outcome: Outcome;
  row?: BackupRow;
  forget?: string;
  isBusy?: boolean;
}

interface BusyAttempt extends Attempt {
  creation: Creation;
}

/** Those of the batch whose volume has too many snapshots pending; all others are done with and said. */
async function takeBatch(batch: readonly Creation[], assignment: Assignment): Promise<BusyAttempt[]> {
  const { ledger, report, ec2 } = assignment.run;
  await ec2.patience.heartbeat?.();
  await ledger.put(batch.map((creation) => rowFor(creation, assignment)));
  const take = async (creation: Creation) => ({ creation, ...(await takeOne(creation, assignment)) });
  const attempts = await pMap(batch, take, { concurrency: creationsAtOnce });
  const busy = attempts.filter(({ isBusy }) => isBusy);
  for (const { outcome, isBusy } of attempts) if (!isBusy) report.add(outcome);
  const rows = attempts.map(({ row }) => row).filter((row) => row !== undefined);
  if (rows.length > 0) await ledger.put(rows);
  const forgotten = attempts.map(({ forget }) => forget).filter((key) => key !== undefined);
  if (forgotten.length > 0) await ledger.remove(forgotten);
  return busy;
}

function rowFor({ volume }: Creation, { slot, expires }: Assignment): BackupRow {
  const id = slotId(slot);
  return {
    kind: 'snapshot',
    key: rowKey(id, volume.id),
    backup: slot.backup,
    tier: slot.tier,
    slot: id,
    source: volume.id,
    expires: expires.toISOString(),
  };
}

async function takeOne(creation: Creation, assignment: Assignment): Promise<Attempt> {
  const { run, slot } = assignment;
  const { volume, tags } = creation;
  if (run.timeLeft() <= 0) return { outcome: deferral(creation, 'out-of-time') };
  const description = `Groundskeeper ${slotId(slot)}`;
  try {
    const id = await createSnapshot(run.ec2, { volumeId: volume.id, description, tags });
    const { detail, ...head } = headOf(creation);
    const outcome: Outcome = { ...head, outcome: 'done', detail: [id, detail].filter(Boolean).join('; ') };
    return { outcome, row: { ...rowFor(creation, assignment), resource: id } };
  } catch (error) {
    return failedAttempt(creation, error, rowFor(creation, assignment).key);
  }
}

function failedAttempt(creation: Creation, error: unknown, key: string): Attempt {
  if (error instanceof LeaseLostError) return { outcome: deferral(creation, 'lease-lost') };
  const { name, message } = awsErrorOf(error);
  const failed: Outcome = { ...headOf(creation), outcome: 'failed', error: { name, message } };
  switch (natureOf(error)) {
    case 'absent':
      return {
        outcome: { ...failed, decision: 'keep', reason: 'volume-gone', outcome: 'kept' },
        forget: key,
      };
    case 'refused':
    case 'in-use':
      return { outcome: failed, forget: key };
    case 'unclear':
      return { outcome: failed };
    case 'busy':
      return { outcome: { ...deferral(creation, 'volume-busy'), error: { name, message } }, isBusy: true };
    default:
      return { outcome: { ...deferral(creation, 'aws-said-later'), error: { name, message } } };
  }
}

const nextDelivery = "the slot's next delivery takes it";

const deferral = (creation: Creation, reason: string): Outcome => ({
  ...headOf(creation),
  reason,
  outcome: 'deferred',
  detail: nextDelivery,
});
