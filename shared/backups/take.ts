/** Makes the backups of a slot: rows first, then the backups, then their ids into the rows. */
import pMap from 'p-map';
import { slices } from '../aws/ec2.ts';
import { awsErrorOf, natureOf } from '../aws/errors.ts';
import type { Run } from '../entrypoint.ts';
import { LeaseLostError } from '../lease.ts';
import { type BackupRow, rowKey, rowsPerBatch } from '../ledger/ledger.ts';
import { rowOf } from '../ledger/rows.ts';
import type { Outcome } from '../report.ts';
import { slotId } from '../slot.ts';
import type { Tags } from '../tags.ts';
import type { Appointment, AppointmentJob } from './appointment.ts';
import type { BackupKind, StandingBackup } from './backup.ts';

/** A backup to be made. */
export interface Creation {
  kind: 'create';
  /** `vol-…`, `i-…`, `db:…`, `cluster:…`. */
  source: string;
  backupKind: BackupKind;
  tags: Tags;
  /** The source's own tags that found no room. */
  leftOut: readonly string[];
}

export interface Keeping {
  kind: 'keep';
  resource: string;
  reason: string;
  /** What a person may want to know besides. */
  detail?: string;
  /** One that an earlier delivery made. */
  backup?: StandingBackup;
}

/** How a reason to keep is told: it failed since the job names what is not there, or the next delivery takes it. */
export type Ending = { name: string; what: string } | 'deferred';

interface TakingJob extends AppointmentJob {
  maxActions?: number | undefined;
}

export interface Taking<Job, Clients, New extends Creation> extends Appointment<Job, Clients> {
  /** By reason to keep; the others are kept, and that is well. */
  endings: Readonly<Record<string, Ending>>;
  /** More at once would only be throttled. */
  creationsAtOnce: number;
  /** None is begun with less time left. */
  secondsEach?: number;
  /** False: a source that is busy is left to the next delivery, since every attempt disturbs it. */
  waitsForBusy?: boolean;
  /** Makes it, or finds that an earlier attempt did. `detail`: what a person may want to know besides. */
  create: (creation: New) => Promise<{ id: string; detail?: string | undefined }>;
}

export async function takeAll<Job extends TakingJob, Clients, New extends Creation>(
  decisions: readonly (New | Keeping)[],
  taking: Taking<Job, Clients, New>,
): Promise<void> {
  const { job, report, ledger } = taking.run;
  const keepings = decisions.filter((decision) => decision.kind === 'keep');
  const creations = decisions.filter((decision) => decision.kind === 'create');
  // A backup that an earlier delivery made may lack its row, or its row the id.
  const rows = keepings.map(({ backup }) => backup && rowOf(backup)).filter((row) => row !== undefined);
  if (rows.length > 0 && !job.dryRun) await ledger.put(rows);
  for (const keeping of keepings) report.add(keptOutcome(keeping, taking.endings));
  sayLimit(keepings.filter(({ reason }) => reason === 'max-actions').length, taking.run);
  if (job.dryRun) {
    for (const creation of creations) report.add({ ...headOf(creation), outcome: 'withheld' });
  } else await takeCreations(creations, taking);
}

function keptOutcome(
  { resource, reason, backup, detail }: Keeping,
  endings: Readonly<Record<string, Ending>>,
): Outcome {
  const head = { resource, decision: 'keep', reason };
  const ending = Object.hasOwn(endings, reason) ? endings[reason] : undefined;
  if (ending === 'deferred') return { ...head, outcome: 'deferred', detail: nextDelivery };
  if (ending) {
    const message = `The job names ${resource}, but there is no ${ending.what}`;
    return { ...head, outcome: 'failed', error: { name: ending.name, message } };
  }
  const said = detail ?? backup?.id;
  return { ...head, outcome: 'kept', ...(said !== undefined && { detail: said }) };
}

function sayLimit(leftOut: number, { job, report }: Pick<Run<TakingJob>, 'job' | 'report'>): void {
  if (leftOut === 0) return;
  report.limit(
    `maxActions is ${job.maxActions}: ${leftOut} more would be taken; start the job with a larger one`,
  );
}

const headOf = ({ source, leftOut }: Creation): Omit<Outcome, 'outcome'> => ({
  resource: source,
  decision: 'create',
  reason: 'slot-due',
  ...(leftOut.length > 0 && { detail: `no room for ${leftOut.length} of its tags: ${leftOut.join(', ')}` }),
});

// What is pending takes minutes to hours; the wait is in steps, for the lease's sake.
const busySeconds = 30;
const stepSeconds = 10;

/** The others first, then those again whose source is busy, while there is time. */
async function takeCreations<Job, Clients, New extends Creation>(
  creations: readonly New[],
  taking: Taking<Job, Clients, New>,
): Promise<void> {
  const { report, timeLeft } = taking.run;
  let busy = await takeBatches(creations, taking);
  while (busy.length > 0 && taking.waitsForBusy !== false && timeLeft() > busySeconds * 1_000) {
    await pause(taking.run);
    busy = await takeBatches(
      busy.map(({ creation }) => creation),
      taking,
    );
  }
  for (const { outcome } of busy) report.add(outcome);
}

async function takeBatches<Job, Clients, New extends Creation>(
  creations: readonly New[],
  taking: Taking<Job, Clients, New>,
): Promise<BusyAttempt<New>[]> {
  const busy: BusyAttempt<New>[] = [];
  for (const batch of slices(creations, rowsPerBatch)) busy.push(...(await takeBatch(batch, taking)));
  return busy;
}

async function pause<Job, Clients>({ clock, aws }: Run<Job, Clients>): Promise<void> {
  for (let waited = 0; waited < busySeconds; waited += stepSeconds) {
    await clock.sleep(stepSeconds * 1_000);
    await aws.patience.heartbeat?.();
  }
}

/** One creation's end: the row as it now is, or the key of one that certainly has nothing behind it. */
interface Attempt {
  outcome: Outcome;
  row?: BackupRow;
  forget?: string;
  isBusy?: boolean;
}

interface BusyAttempt<New> extends Attempt {
  creation: New;
}

/** Those of the batch whose source is busy; all others are done with and said. */
async function takeBatch<Job, Clients, New extends Creation>(
  batch: readonly New[],
  taking: Taking<Job, Clients, New>,
): Promise<BusyAttempt<New>[]> {
  const { ledger, report, aws } = taking.run;
  await aws.patience.heartbeat?.();
  await ledger.put(batch.map((creation) => rowFor(creation, taking)));
  const take = async (creation: New) => ({ creation, ...(await takeOne(creation, taking)) });
  const attempts = await pMap(batch, take, { concurrency: taking.creationsAtOnce });
  const busy = attempts.filter(({ isBusy }) => isBusy);
  for (const { outcome, isBusy } of attempts) if (!isBusy) report.add(outcome);
  const rows = attempts.map(({ row }) => row).filter((row) => row !== undefined);
  if (rows.length > 0) await ledger.put(rows);
  const forgotten = attempts.map(({ forget }) => forget).filter((key) => key !== undefined);
  if (forgotten.length > 0) await ledger.remove(forgotten);
  return busy;
}

function rowFor<Job, Clients>(
  { source, backupKind }: Creation,
  { slot, expires, run }: Appointment<Job, Clients>,
): BackupRow {
  const id = slotId(slot);
  return {
    kind: backupKind,
    key: rowKey(id, source),
    backup: slot.backup,
    tier: slot.tier,
    slot: id,
    source,
    region: run.aws.region,
    expires: expires.toISOString(),
  };
}

async function takeOne<Job, Clients, New extends Creation>(
  creation: New,
  taking: Taking<Job, Clients, New>,
): Promise<Attempt> {
  if (taking.run.timeLeft() <= (taking.secondsEach ?? 0) * 1_000)
    return { outcome: deferral(creation, 'out-of-time') };
  const row = rowFor(creation, taking);
  try {
    const made = await taking.create(creation);
    const { detail, ...head } = headOf(creation);
    const outcome: Outcome = {
      ...head,
      outcome: 'done',
      detail: [made.id, made.detail, detail].filter(Boolean).join('; '),
    };
    return { outcome, row: { ...row, resource: made.id } };
  } catch (error) {
    return failedAttempt(creation, error, row.key);
  }
}

function failedAttempt(creation: Creation, error: unknown, key: string): Attempt {
  if (error instanceof LeaseLostError) return { outcome: deferral(creation, 'lease-lost') };
  const { name, message } = awsErrorOf(error);
  const failed: Outcome = { ...headOf(creation), outcome: 'failed', error: { name, message } };
  switch (natureOf(error)) {
    case 'absent':
      return {
        outcome: { ...failed, decision: 'keep', reason: 'source-gone', outcome: 'kept' },
        forget: key,
      };
    case 'refused':
    case 'in-use':
      return { outcome: failed, forget: key };
    case 'unclear':
      return { outcome: failed };
    case 'busy':
      return { outcome: { ...deferral(creation, 'source-busy'), error: { name, message } }, isBusy: true };
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
