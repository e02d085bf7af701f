/** What the ledger should say of a snapshot, and whether its retention is the plan's. */

import type { Volume } from '../../shared/aws/ec2-volumes.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { addDuration, readDuration } from '../../shared/duration.ts';
import { type BackupRow, rowKey } from '../../shared/ledger/ledger.ts';
import { expiryIn, rowOf } from '../../shared/ledger/rows.ts';
import { parseSlotId } from '../../shared/slot.ts';
import { tagKeys } from '../../shared/tags.ts';
import type { ReconcileLedgerJob } from './job.ts';

/** What the ledger holds under a key: the snapshot's id, and a mark of all its fields. */
export interface Entry {
  resource: string | undefined;
  mark: string;
}

export type RowDecision =
  | { kind: 'record'; reason: 'not-in-ledger' | 'differs-from-tags'; row: BackupRow }
  | { kind: 'keep'; reason: 'agrees'; row: BackupRow }
  | { kind: 'keep'; reason: 'unreadable-tags'; row: undefined };

export const markOf = ({ backup, tier, slot, source, expires }: BackupRow): string =>
  [backup, tier, slot, source, expires].join(' ');

export function decideRow(snapshot: StandingBackup, ledger: ReadonlyMap<string, Entry>): RowDecision {
  const fromTags = rowOf(snapshot);
  if (!fromTags) return { kind: 'keep', reason: 'unreadable-tags', row: undefined };
  const row = { ...fromTags, key: keyFor(fromTags, snapshot.id, ledger) };
  const entry = ledger.get(row.key);
  if (!entry) return { kind: 'record', reason: 'not-in-ledger', row };
  const agrees = entry.resource === snapshot.id && entry.mark === markOf(row);
  return agrees
    ? { kind: 'keep', reason: 'agrees', row }
    : { kind: 'record', reason: 'differs-from-tags', row };
}

/** The usual key, unless another snapshot of the same slot and source has it, or had it when this one got its row. */
function keyFor({ slot, source }: BackupRow, id: string, ledger: ReadonlyMap<string, Entry>): string {
  const key = rowKey(slot, source);
  const ownKey = `${key}/${id}`;
  if (ledger.get(ownKey)?.resource === id) return ownKey;
  const owner = ledger.get(key)?.resource;
  return owner === undefined || owner === id ? key : ownKey;
}

/** The retention that the plan has now gives another expiry than the tag says. */
export interface RetentionChange {
  tagged: Date;
  planned: Date;
}

// A run takes 15 minutes at most between its start, from which retention counts, and its last snapshot.
const startTolerance = 30 * 60_000;

export function retentionChange(
  { tags, startedAt }: StandingBackup,
  backups: ReconcileLedgerJob['backups'],
): RetentionChange | undefined {
  const slot = parseSlotId(tags[tagKeys.slot] ?? '');
  const tagged = expiryIn(tags[tagKeys.expires]);
  if (!slot || !tagged) return undefined;
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

/** The newest completed backup of a source, and how old it is; a source without any counts from its own creation. */
export interface SourceAge {
  source: string;
  hours: number;
}

/** The source whose newest completed backup is the oldest; undefined if nothing is selected. */
export function oldestSource(
  volumes: readonly Volume[],
  since: (source: string) => Date | undefined,
  now: Date,
): SourceAge | undefined {
  let oldest: SourceAge | undefined;
  for (const { id, state, createdAt } of volumes) {
    // Nothing can be taken of these: their age would ring for ever.
    if (state === 'error' || state === 'deleting' || state === 'deleted') continue;
    const start = since(id) ?? createdAt;
    const hours = Math.max(0, (now.getTime() - start.getTime()) / 3_600_000);
    if (!oldest || hours > oldest.hours) oldest = { source: id, hours };
  }
  return oldest;
}
