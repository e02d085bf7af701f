/** What the ledger should say of a backup, which rows have nothing behind them, and whose retention is not the plan's. */

import type { StandingBackup } from '../../shared/backups/backup.ts';
import { addDuration, readDuration } from '../../shared/duration.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import { expiryIn, rowOf } from '../../shared/ledger/rows.ts';
import { parseSlotId } from '../../shared/slot.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import type { ReconcileLedgerJob } from './job.ts';
import { agrees, type Entry } from './ledger-entries.ts';

export type RowDecision =
  | { kind: 'record'; reason: 'not-in-ledger' | 'differs-from-tags'; row: BackupRow }
  | { kind: 'keep'; reason: 'agrees'; row: BackupRow }
  | { kind: 'keep'; reason: 'unreadable-tags'; row: undefined };

export function decideRow(backup: StandingBackup, ledger: ReadonlyEntries): RowDecision {
  const fromTags = rowOf(backup);
  if (!fromTags) return { kind: 'keep', reason: 'unreadable-tags', row: undefined };
  const row = { ...fromTags, key: keyFor(fromTags, backup.id, ledger) };
  const entry = ledger.get(row.key);
  if (!entry) return { kind: 'record', reason: 'not-in-ledger', row };
  return agrees(entry, row)
    ? { kind: 'keep', reason: 'agrees', row }
    : { kind: 'record', reason: 'differs-from-tags', row };
}

type ReadonlyEntries = ReadonlyMap<string, Entry>;

/** The usual key, unless another backup of the same slot and source has it, or had it when this one got its row. */
function keyFor({ key }: BackupRow, id: string, ledger: ReadonlyEntries): string {
  const ownKey = `${key}/${id}`;
  if (ledger.get(ownKey)?.resource === id) return ownKey;
  const holder = ledger.get(key)?.resource;
  return holder === undefined || holder === id ? key : ownKey;
}

/**
 * Lambda delivers a failed event for 6 hours, so a slot older than this is not taken any more:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export const settledHours = 6;

export const isSettled = (slot: Date, now: Date): boolean =>
  slot.getTime() + settledHours * 3_600_000 <= now.getTime();

export type UnseenReason =
  /** A creation that was never answered: expiry looks for it once more when it is due. */
  | 'unresolved'
  /** The slot may be taken again at this moment. */
  | 'slot-open'
  /** What its region or kind holds could not be read. */
  | 'region-not-read';

/** Why a row stays although its backup was not seen, before that is looked up by its id. */
export function reasonToLeave(
  key: string,
  { resource }: Entry,
  isRead: boolean,
  now: Date,
): UnseenReason | undefined {
  if (resource === undefined) return 'unresolved';
  if (!isRead) return 'region-not-read';
  const slot = parseSlotId(key.split('/').slice(0, 3).join('/'));
  return slot && !isSettled(slot.time, now) ? 'slot-open' : undefined;
}

export type UnseenDecision =
  | { kind: 'forget'; reason: 'backup-gone' | 'has-another-row' }
  | { kind: 'keep'; reason: 'backup-stands' };

/** @param found the row's backup, looked up by id; undefined if it certainly does not exist */
export function decideUnseen(
  key: string,
  found: StandingBackup | undefined,
  ledger: ReadonlyEntries,
): UnseenDecision {
  if (!found) return { kind: 'forget', reason: 'backup-gone' };
  const { reason, row } = decideRow(found, ledger);
  return reason === 'agrees' && row.key !== key
    ? { kind: 'forget', reason: 'has-another-row' }
    : { kind: 'keep', reason: 'backup-stands' };
}

/** The retention that the plan has now gives another expiry than the tag says. */
export interface RetentionChange {
  tagged: Date;
  planned: Date;
}

// A run takes 15 minutes at most between its start, from which retention counts, and its last backup.
const startTolerance = 30 * 60_000;

export function retentionChange(
  { tags, startedAt }: StandingBackup,
  backups: ReconcileLedgerJob['backups'],
): RetentionChange | undefined {
  const slot = parseSlotId(tags[tagKeys.slot] ?? '');
  const tagged = expiryIn(tags[tagKeys.expires]);
  // A copy's retention is its own.
  if (!slot || !tagged || tags[extraTagKeys.copyOf] !== undefined) return undefined;
  const tiers = backups.find(({ backup }) => backup === slot.backup)?.tiers ?? {};
  const keep = Object.hasOwn(tiers, slot.tier) ? tiers[slot.tier]?.keep : undefined;
  if (keep === undefined) return undefined;
  const start = Math.max(slot.time.getTime(), startedAt.getTime());
  const planned = addDuration(new Date(start), readDuration(keep));
  // Retention counts from the start of the run. Around a month's end half an hour of that may be a day.
  const earliest = addDuration(new Date(start - startTolerance), readDuration(keep));
  const from = Math.min(earliest.getTime(), planned.getTime());
  const to = Math.max(earliest.getTime(), planned.getTime()) + startTolerance;
  const isPlanned = from <= tagged.getTime() && tagged.getTime() <= to;
  return isPlanned ? undefined : { tagged, planned };
}
