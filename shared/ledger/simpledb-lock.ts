/**
 * A slot's lock in SimpleDB, whose only means is a condition on one attribute: `until` for taking the
 * lock, since every take-over and every renewal changes it, and `holder` for what its holder does.
 * An answer that was lost is made up for by the holder's name: it is read back, or written again.
 */
import type { Expectation } from '../aws/simpledb/client.ts';
import type { Lease, LeaseRequest } from './ledger.ts';
import { leaseOf, lockKey, readLock, takenLock } from './lock.ts';
import {
  attempts,
  type Outcome,
  outcomeOf,
  uncertainWait,
  writeOnCondition,
} from './simpledb-conditional.ts';
import { type LedgerDomain, readFields, replacing, writing } from './simpledb-domain.ts';

/** Of a lock that was never taken; not `until`, so that a lock that lost it is no free one. */
const neverTaken: Expectation = { name: 'kind', exists: false };

/** As `Ledger.acquire`: one call, unless the lock was taken before. */
export async function acquireLock(store: LedgerDomain, request: LeaseRequest): Promise<Lease> {
  let expected: Expectation = neverTaken;
  for (let attempt = 1; ; attempt++) {
    const outcome = await take(store, request, expected);
    if (outcome.state === 'written') return { state: 'acquired' };
    if (outcome.state === 'uncertain') await store.clock.sleep(uncertainWait);
    const standing = await lookAt(store, request);
    if ('state' in standing) return standing;
    if (attempt === attempts) throw outcome.error;
    expected = standing.expected;
  }
}

function take(store: LedgerDomain, request: LeaseRequest, expected: Expectation): Promise<Outcome> {
  const { key: item, fields } = takenLock(request);
  const { client, domain } = store;
  const put = () => client.putAttributes({ domain, item, attributes: replacing(fields), expected });
  return outcomeOf(() => writing(store, put));
}

/** How the lock stands after it could not be taken, or what to expect at the next attempt. */
async function lookAt(
  store: LedgerDomain,
  request: LeaseRequest,
): Promise<Lease | { expected: Expectation }> {
  const { key, fields } = takenLock(request);
  const found = await readFields(store, key);
  if (found === undefined) return { expected: neverTaken };
  const lock = readLock(request.slot, found);
  const lease = leaseOf(lock, request.now, request.holder);
  const taken = lock.holder === request.holder && lock.until === fields.until;
  if (taken || lease.state !== 'acquired') return lease;
  return { expected: { name: 'until', value: lock.until } };
}

/**
 * Writes to a holder's own lock; false if it is not this holder's any more. Where an answer was lost and the
 * write carried out, the second one changes nothing, or is refused.
 */
export function writeOwnLock(
  { client, domain, clock }: LedgerDomain,
  { slot, holder }: { slot: string; holder: string },
  fields: Readonly<Record<string, string>>,
): Promise<boolean> {
  const request = {
    domain,
    item: lockKey(slot),
    attributes: replacing(fields),
    expected: { name: 'holder', value: holder },
  };
  return writeOnCondition(clock, () => client.putAttributes(request));
}
