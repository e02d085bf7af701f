/** What the ledger says: a run holds all of it, so a row is held as small as the decisions allow. */

import type { BackupKind } from '../../shared/backups/backup.ts';
import type { BackupRow, Ledger } from '../../shared/ledger/ledger.ts';

export interface Entry {
  kind: BackupKind;
  region: string;
  /** The backup's id; undefined while its creation is unanswered. */
  resource: string | undefined;
  /** All the other fields. */
  mark: string;
  /** True once the backup that this row is of was seen in the account. */
  isSeen: boolean;
}

/** By key. */
export type Entries = Map<string, Entry>;

export const entryOf = (row: BackupRow, isSeen = false): Entry => ({
  kind: row.kind,
  region: row.region,
  resource: row.resource,
  mark: markOf(row),
  isSeen,
});

const markOf = ({ backup, tier, slot, source, expires }: BackupRow): string =>
  [backup, tier, slot, source, expires].join(' ');

/** The row has all that this one should have. */
export const agrees = (entry: Entry, row: BackupRow): boolean =>
  entry.resource === row.resource &&
  entry.kind === row.kind &&
  entry.region === row.region &&
  entry.mark === markOf(row);

export async function readLedger(ledger: Ledger): Promise<Entries> {
  const entries: Entries = new Map();
  // Each row brings a text of its own, of which there are a handful.
  const regions = new Map<string, string>();
  for await (const rows of ledger.all()) {
    for (const row of rows) {
      const region = regions.get(row.region) ?? row.region;
      regions.set(region, region);
      entries.set(row.key, { ...entryOf(row), region });
    }
  }
  return entries;
}
