/**
 * The ledger: the index of what Groundskeeper made and when each thing dies, and the lock of every
 * slot. Tags are the truth: a ledger that was lost is rebuilt from them, and nothing is ever deleted
 * because a row is missing or unreadable. One ledger belongs to one owner (service and stage).
 */

import type { BackupKind } from '../backups/backup.ts';

/** One backup. Written before the backup is created, without `resource`; that is added after it. */
export interface BackupRow {
  kind: BackupKind;
  /** `<slot>/<source>`, with `@<region>` for a copy, or `/<resource>` for a second backup of one slot and source. */
  key: string;
  backup: string;
  tier: string;
  /** See `slot.ts`. */
  slot: string;
  /** What was backed up: `vol-…`, `i-…`, `db:…`, `cluster:…`. */
  source: string;
  /** Where the backup is. */
  region: string;
  /** `Date.toISOString()`: fixed width, so that it compares as text. */
  expires: string;
  /** `StandingBackup.id`, once AWS has answered. */
  resource?: string;
}

/** SimpleDB and DynamoDB take so many rows a batch: who writes in such portions wastes no call. */
export const rowsPerBatch = 25;

/** The row of the backup that a slot makes of a source; `copyRegion`: of its copy there. */
export const rowKey = (slot: string, source: string, copyRegion?: string): string =>
  copyRegion === undefined ? `${slot}/${source}` : `${slot}/${source}@${copyRegion}`;

/** The lock of one slot; kept until `expires`, so that a late second delivery still finds it. */
export interface SlotRow {
  kind: 'slot';
  key: string;
  expires: string;
}

export type LedgerRow = BackupRow | SlotRow;

/**
 * `acquired`: this holder may work until the lease ends. `held`: another does, until `until`.
 * `done`: the slot was finished before.
 */
export type Lease = { state: 'acquired' } | { state: 'held'; until: Date } | { state: 'done' };

export interface LeaseRequest {
  slot: string;
  /** Unique to this invocation. */
  holder: string;
  now: Date;
  leaseSeconds: number;
  /** When the lock's row may be forgotten. */
  expires: Date;
}

/** What a function remembers of a thing between its runs. It is no backup, and no lock: `due` and `all` pass it over. */
export interface StoredState {
  /** 1,000 bytes at most, since SimpleDB takes 1,024. */
  text: string;
  /** Another one after each write. */
  version: string;
}

/**
 * Both stores keep these promises (test/contract/ledger.suite.ts):
 * - Reads are strongly consistent. A page may be empty before the last one; iteration goes on.
 * - `put` and `remove` are idempotent, take any number of rows and batch them.
 * - An error of the store is thrown, never read as "no rows".
 */
export interface Ledger {
  /** Takes the slot's lock by one conditional write. An expired lease is taken over. */
  acquire(request: LeaseRequest): Promise<Lease>;
  /** Looks at the lock as `acquire` would, without taking it; `acquired` means that it is free. */
  peek(slot: string, now: Date): Promise<Lease>;
  /** Extends the lease; false if it is no longer this holder's. */
  renew(slot: string, holder: string, until: Date): Promise<boolean>;
  /** Ends the lease: `done` for good, or free at once for the next delivery. No-op if no longer this holder's. */
  release(slot: string, holder: string, outcome: 'done' | 'free'): Promise<void>;

  /** Undefined if none was written. */
  readState(name: string): Promise<StoredState | undefined>;
  /**
   * Writes the state by one conditional write.
   *
   * @param version the one that was read; undefined if there was none
   * @returns the new version; undefined if another run has written since, and then nothing is changed
   */
  writeState(name: string, text: string, version: string | undefined): Promise<string | undefined>;

  /** Inserts or replaces whole rows. A key given twice in one call is an error of the caller. */
  put(rows: readonly BackupRow[]): Promise<void>;
  /** Removes rows of any kind; keys that do not exist are no error. */
  remove(keys: readonly string[]): Promise<void>;

  /** Rows of every kind whose `expires` is at or before `now`, in pages, oldest first. */
  due(now: Date): AsyncIterable<LedgerRow[]>;
  /** Backup rows without `resource`: written before a creation whose answer was never recorded. */
  unresolved(): AsyncIterable<BackupRow[]>;
  /** Every backup row, in pages. */
  all(): AsyncIterable<BackupRow[]>;
}
