/** Rows as the stores keep them: a key and fields of text. */
import { backupKinds } from '../backups/backup.ts';
import { AutomationError } from '../errors.ts';
import type { BackupRow, LedgerRow } from './ledger.ts';
import type { OnUnreadable } from './ledger-options.ts';

export type Fields = Readonly<Record<string, string | undefined>>;

/** Why a row cannot be read. */
export interface Unreadable {
  unreadable: string;
}

/** Everything of a row but its key; without `resource` where it has none. */
export function fieldsOf({ key: _key, ...fields }: BackupRow): Record<string, string> {
  return fields;
}

/** A row that was written by `fieldsOf`, or the lock of a slot; otherwise what is wrong with it. */
export function readRow(key: string, fields: Fields): LedgerRow | Unreadable {
  switch (fields['kind']) {
    case 'slot':
      return readSlotRow(key, fields);
    default:
      return readBackupRow(key, fields);
  }
}

function readSlotRow(key: string, { expires }: Fields): LedgerRow | Unreadable {
  return isTime(expires) ? { kind: 'slot', key, expires } : notTime(expires);
}

function readBackupRow(key: string, fields: Fields): LedgerRow | Unreadable {
  const { backup, tier, slot, source, region, expires, resource } = fields;
  const kind = backupKinds.find((known) => known === fields['kind']);
  if (!kind) return { unreadable: `kind is ${JSON.stringify(fields['kind'] ?? null)}` };
  if (!backup || !tier || !slot || !source || !region) {
    const missing = ['backup', 'tier', 'slot', 'source', 'region'].filter((name) => !fields[name]);
    return { unreadable: `it lacks ${missing.join(', ')}` };
  }
  if (!isTime(expires)) return notTime(expires);
  return { kind, key, backup, tier, slot, source, region, expires, ...(resource && { resource }) };
}

/** Exactly as `Date.toISOString()` writes it: only then do texts compare as times do. */
export function isTime(text: string | undefined): text is string {
  const time = text === undefined ? undefined : new Date(text);
  return time !== undefined && !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

function notTime(expires: string | undefined): Unreadable {
  return { unreadable: `expires is ${JSON.stringify(expires ?? null)}` };
}

/** The rows among these that can be read; the others are reported. */
export function readable(
  entries: readonly { key: string; row: LedgerRow | Unreadable }[],
  onUnreadable: OnUnreadable,
): LedgerRow[] {
  return entries.flatMap(({ key, row }) => {
    if (!('unreadable' in row)) return [row];
    onUnreadable(key, row.unreadable);
    return [];
  });
}

export function isBackup(row: LedgerRow): row is BackupRow {
  return row.kind !== 'slot';
}

/** What both stores refuse to write, since one of them could not keep its promises for it. */
export function checkRows(rows: readonly BackupRow[]): void {
  const keys = new Set<string>();
  for (const { key, slot } of rows) {
    if (keys.has(key)) throw new AutomationError(`The row ${key} is given twice`);
    if (!key.startsWith(`${slot}/`)) throw new AutomationError(`The row ${key} is not of slot ${slot}`);
    keys.add(key);
  }
}
