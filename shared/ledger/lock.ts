/** The lock of one slot, as both stores keep it: who holds it, and until when. */
import { ObservationError } from '../errors.ts';
import type { Lease, LeaseRequest } from './ledger.ts';
import { type Fields, isTime } from './row-fields.ts';

export interface Lock {
  /** `nobody` once it was released. */
  holder: string;
  /** A time, or how it was released. */
  until: string;
}

/** Not the id of any invocation. */
export const nobody = '-';

/** Beside the backups' rows and apart from them: no backup's key starts like a slot's lock. */
export function lockKey(slot: string): string {
  return `lock/${slot}`;
}

/** The fields of a lock that a holder takes. */
export function takenLock({ slot, holder, now, leaseSeconds, expires }: LeaseRequest) {
  const until = new Date(now.getTime() + leaseSeconds * 1000).toISOString();
  return { key: lockKey(slot), fields: { kind: 'slot', holder, until, expires: expires.toISOString() } };
}

/** @throws ObservationError if it says nothing that can be relied on: nobody may then work in its slot */
export function readLock(slot: string, { kind, holder, until }: Fields): Lock {
  const known = until === 'done' || until === 'free' || isTime(until);
  if (kind !== 'slot' || !holder || !known) {
    const found = JSON.stringify({ kind, holder, until });
    throw new ObservationError(`The lock of slot ${slot} is unreadable: ${found}`);
  }
  return { holder, until };
}

/** What a lock means to one who would take it; its own holder may take it again. */
export function leaseOf({ holder, until }: Lock, now: Date, taker?: string): Lease {
  if (until === 'done') return { state: 'done' };
  if (until === 'free' || holder === taker || new Date(until) <= now) return { state: 'acquired' };
  return { state: 'held', until: new Date(until) };
}
