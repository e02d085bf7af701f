/** The lease on a slot, kept alive while its holder works. */
import type { Clock } from './clock.ts';
import { AutomationError } from './errors.ts';
import type { Ledger } from './ledger/ledger.ts';

/** Shorter than the minute after which Lambda repeats a failed asynchronous event, so that the repetition finds it free. */
export const leaseSeconds = 45;
const renewAfterSeconds = 10;

export class LeaseLostError extends AutomationError {
  override name = 'LeaseLostError';
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
    if (!(await ledger.renew(slot, holder, until))) {
      throw new LeaseLostError(`The lease on ${slot} went to another run, which goes on with it`);
    }
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
