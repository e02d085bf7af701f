/** One run at a time of what must not be done twice, and has no slot that is done for good. */
import { type Run, withPatience } from './entrypoint.ts';
import { acquireLease, heartbeatOf } from './lease.ts';

/** Long enough that nobody forgets a lock between two schedules. */
const rowHours = 24;

/**
 * Calls `work` with a run that keeps the lock. Where another run holds it and lives, nothing is done but to say
 * so: the next schedule finds what is left.
 *
 * @param resource what the report calls it
 * @returns whether it was called
 */
export async function underLock<Job, Clients>(
  { lock, resource = lock }: { lock: string; resource?: string },
  run: Run<Job, Clients>,
  work: (run: Run<Job, Clients>) => Promise<void>,
): Promise<boolean> {
  const { ledger, invocation: holder, clock, timeLeft, aws, report } = run;
  const expires = new Date(clock.now().getTime() + rowHours * 3_600_000);
  const request = { slot: lock, holder, expires };
  const { lease, acquiredAt } = await acquireLease(ledger, request, { clock, timeLeft });
  if (lease.state !== 'acquired') {
    report.add({ resource, decision: 'keep', reason: 'another-run', outcome: 'kept' });
    return false;
  }
  const heartbeat = heartbeatOf({ slot: lock, holder, ledger, clock }, acquiredAt);
  try {
    await work(withPatience(run, { ...aws.patience, heartbeat }));
    return true;
  } finally {
    await release(lock, run);
  }
}

async function release<Job, Clients>(
  lock: string,
  { ledger, invocation, log }: Run<Job, Clients>,
): Promise<void> {
  try {
    await ledger.release(lock, invocation, 'free');
  } catch (error) {
    // Harmless: the lease ends by itself.
    log.warn('lease.not-released', { slot: lock, error: String(error) });
  }
}
