/** The lease on a slot, kept alive while its holder works. */
import type { Patience } from './aws/persist.ts';
import type { Clock } from './clock.ts';
import { AutomationError } from './errors.ts';
import type { Lease, LeaseRequest, Ledger } from './ledger/ledger.ts';

/** Shorter than the minute after which Lambda repeats a failed asynchronous event, so that the repetition finds it free. */
export const leaseSeconds = 45;
const renewAfterSeconds = 10;

export class LeaseLostError extends AutomationError {
  override name = 'LeaseLostError';
}

// Often enough to see that the holder has finished, seldom enough to cost next to nothing.
const pollSeconds = 5;

/**
 * Takes the slot's lock. Where another run holds it, waits for the end of that lease: if the holder renews
 * it, it lives, and the lease is answered as held; if it does not, it died, and this run goes on in its place.
 */
export async function acquireLease(
  ledger: Pick<Ledger, 'acquire'>,
  request: Omit<LeaseRequest, 'now' | 'leaseSeconds'>,
  { clock, timeLeft }: Pick<Patience, 'clock' | 'timeLeft'>,
): Promise<{ lease: Lease; acquiredAt: Date }> {
  let seenUntil: Date | undefined;
  for (;;) {
    const now = clock.now();
    const lease = await ledger.acquire({ ...request, now, leaseSeconds });
    const isRenewed = lease.state === 'held' && seenUntil !== undefined && lease.until > seenUntil;
    if (lease.state !== 'held' || isRenewed || timeLeft() <= pollSeconds * 1_000)
      return { lease, acquiredAt: now };
    seenUntil = lease.until;
    await clock.sleep(pollSeconds * 1_000);
  }
}

export interface HeldLease {
  slot: string;
  holder: string;
  ledger: Pick<Ledger, 'renew'>;
  clock: Clock;
}

/** Returns a function to call before each piece of work: it renews the lease in time, and throws once it is lost. */
export function heartbeatOf(
  { slot, holder, ledger, clock }: HeldLease,
  acquiredAt: Date,
): () => Promise<void> {
  let renewedAt = acquiredAt;
  let renewal: Promise<void> | undefined;
  const renew = async () => {
    const now = clock.now();
    const until = new Date(now.getTime() + leaseSeconds * 1_000);
    const isHeld = await ledger.renew(slot, holder, until).catch((error: unknown) => {
      // Not as AWS's own: it would be taken for the answer to the call that waits for this.
      throw new LeaseLostError(`The lease on ${slot} could not be renewed: ${String(error)}`, {
        cause: error,
      });
    });
    if (!isHeld) throw new LeaseLostError(`The lease on ${slot} went to another run, which goes on with it`);
    renewedAt = now;
  };
  return async () => {
    if (clock.now().getTime() - renewedAt.getTime() < renewAfterSeconds * 1_000) return;
    // Several creations run side by side: one renewal serves them all.
    renewal ??= renew().finally(() => {
      renewal = undefined;
    });
    await renewal;
  };
}
