/** One slot of one tier, taken once: what every function has in common that makes backups. */
import { addDuration, type Duration, readDuration } from '../duration.ts';
import { type Run, withPatience } from '../entrypoint.ts';
import { EventError } from '../errors.ts';
import { acquireLease, heartbeatOf } from '../lease.ts';
import type { Lease } from '../ledger/ledger.ts';
import { type Slot, slotId } from '../slot.ts';

/** The fields of a job that makes the backups of a slot. */
export interface AppointmentJob {
  dryRun: boolean;
  backup: string;
  tier: string;
  keep: string;
  every?: string | undefined;
  scheduledTime?: string | undefined;
  copies: readonly string[];
}

/** A slot that this run may take, and the run that holds its lock. */
export interface Appointment<Job, Clients> {
  slot: Slot;
  expires: Date;
  run: Run<Job, Clients>;
}

/**
 * Calls `take` if the slot's time has come, is not over, and nobody else has taken it or is about to: the
 * lock is held while it works. A slot with failures stays free: each try must fail too, until its event is
 * in the dead-letter queue.
 */
export async function keepAppointment<Job extends AppointmentJob, Clients>(
  run: Run<Job, Clients>,
  take: (appointment: Appointment<Job, Clients>) => Promise<void>,
): Promise<void> {
  const slot = slotOf(run);
  const expires = expiryOf(slot, readDuration(run.job.keep), run.startedAt);
  if (isOver(slot, run)) return saySlotOver(run, slot);
  if (run.job.dryRun) return preview({ slot, expires, run }, take);
  const { lease, acquiredAt } = await takeLease(slot, run);
  if (lease.state !== 'acquired') return sayLease(run, slot, lease);
  let reachedEnd = false;
  try {
    await take({ slot, expires, run: holding(slot, run, acquiredAt) });
    reachedEnd = true;
  } finally {
    await endLease(slot, run, reachedEnd && run.report.isClean);
  }
}

type AnyRun = Run<AppointmentJob, unknown>;

async function preview<Job extends AppointmentJob, Clients>(
  appointment: Appointment<Job, Clients>,
  take: (appointment: Appointment<Job, Clients>) => Promise<void>,
): Promise<void> {
  const { slot, run } = appointment;
  const lease = await run.ledger.peek(slotId(slot), run.clock.now());
  if (lease.state === 'acquired') await take(appointment);
  else sayLease(run, slot, lease);
}

function slotOf({ job, startedAt }: Pick<AnyRun, 'job' | 'startedAt'>): Slot {
  const time = job.scheduledTime === undefined ? startedAt : new Date(job.scheduledTime);
  // Clocks differ by seconds; a slot of tomorrow is a mistake.
  if (time.getTime() - startedAt.getTime() > 300_000) {
    throw new EventError(
      `scheduledTime ${job.scheduledTime} lies in the future: expected a time that has come`,
    );
  }
  return { backup: job.backup, tier: job.tier, time };
}

/** A slot older than its tier's interval is not taken: the next one has come. */
export const isSlotOver = (slot: Slot, every: Duration, now: Date): boolean =>
  addDuration(slot.time, every) <= now;

/** Retention counts from the later of the slot and the start. */
export const expiryOf = (slot: Slot, keep: Duration, now: Date): Date =>
  addDuration(slot.time > now ? slot.time : now, keep);

const isOver = (slot: Slot, { job, startedAt }: Pick<AnyRun, 'job' | 'startedAt'>): boolean =>
  job.every !== undefined && isSlotOver(slot, readDuration(job.every), startedAt);

function takeLease(
  slot: Slot,
  { job, ledger, invocation: holder, clock, timeLeft }: Omit<AnyRun, 'awsIn' | 'aws'>,
) {
  // After one interval the slot is not taken any more; a day more does no harm where there is none.
  const expires = addDuration(clock.now(), readDuration(job.every ?? '1 day'));
  return acquireLease(ledger, { slot: slotId(slot), holder, expires }, { clock, timeLeft });
}

/** The run with a heartbeat in its patience: every call to AWS keeps the lease, or ends when it is lost. */
function holding<Job, Clients>(slot: Slot, run: Run<Job, Clients>, acquiredAt: Date): Run<Job, Clients> {
  const { ledger, clock, invocation: holder, aws } = run;
  const heartbeat = heartbeatOf({ slot: slotId(slot), holder, ledger, clock }, acquiredAt);
  return withPatience(run, { ...aws.patience, heartbeat });
}

async function endLease(
  slot: Slot,
  { ledger, invocation, log }: Pick<AnyRun, 'ledger' | 'invocation' | 'log'>,
  finished: boolean,
) {
  try {
    await ledger.release(slotId(slot), invocation, finished ? 'done' : 'free');
  } catch (error) {
    // Harmless: the lease ends by itself, and the next delivery finds by their tags what was taken.
    log.warn('lease.not-released', { slot: slotId(slot), error: String(error) });
  }
}

function saySlotOver({ report, log }: Pick<AnyRun, 'report' | 'log'>, slot: Slot): void {
  // The next slot has come; the age alarm rings if that one fails, too.
  log.warn('slot.over', { slot: slotId(slot) });
  report.add({ resource: slotId(slot), decision: 'keep', reason: 'slot-over', outcome: 'kept' });
}

function sayLease(
  { report }: Pick<AnyRun, 'report'>,
  slot: Slot,
  lease: Exclude<Lease, { state: 'acquired' }>,
): void {
  const head = { resource: slotId(slot), decision: 'keep', outcome: 'kept' } as const;
  if (lease.state === 'done') report.add({ ...head, reason: 'slot-done' });
  else
    report.add({
      ...head,
      reason: 'slot-held',
      detail: `until ${lease.until.toISOString()}, by a run that lives`,
    });
}
