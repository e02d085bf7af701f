/** One run at a time starts copies: CopySnapshot has no client token, and two runs would both see none. */

import { withPatience } from '../../shared/entrypoint.ts';
import { acquireLease, heartbeatOf } from '../../shared/lease.ts';
import type { CopyRun } from './clients.ts';

const lock = 'copy-backups';
/** Long enough that nobody forgets it between two schedules. */
const rowHours = 24;

/**
 * Calls `work` with a run that keeps the lock. Where another run holds it and lives, nothing is done: what is
 * awaited stays so, and the next schedule finds it.
 */
export async function underLock(run: CopyRun, work: (run: CopyRun) => Promise<void>): Promise<void> {
  const { ledger, invocation: holder, clock, timeLeft, aws, report } = run;
  const expires = new Date(clock.now().getTime() + rowHours * 3_600_000);
  const request = { slot: lock, holder, expires };
  const { lease, acquiredAt } = await acquireLease(ledger, request, { clock, timeLeft });
  if (lease.state !== 'acquired') {
    report.add({ resource: lock, decision: 'keep', reason: 'another-run', outcome: 'kept' });
    return;
  }
  const heartbeat = heartbeatOf({ slot: lock, holder, ledger, clock }, acquiredAt);
  try {
    await work(withPatience(run, { ...aws.patience, heartbeat }));
  } finally {
    await release(run);
  }
}

async function release({ ledger, invocation, log }: CopyRun): Promise<void> {
  try {
    await ledger.release(lock, invocation, 'free');
  } catch (error) {
    // Harmless: the lease ends by itself.
    log.warn('lease.not-released', { slot: lock, error: String(error) });
  }
}
