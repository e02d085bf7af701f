/** Rows as the stores keep them: a key and fields of text. */
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
    case 'snapshot':
      return readBackupRow(key, fields);
    default:
      return { unreadable: `kind is ${JSON.stringify(fields['kind'] ?? null)}` };
  }
}

function readSlotRow(key: string, { expires }: Fields): LedgerRow | Unreadable {
  return isTime(expires) ? { kind: 'slot', key, expires } : notTime(expires);
}

function readBackupRow(key: string, fields: Fields): LedgerRow | Unreadable {
  const { backup, tier, slot, source, expires, resource } = fields;
  if (!backup || !tier || !slot || !source) {
    const missing = ['backup', 'tier', 'slot', 'source'].filter((name) => !fields[name]);
    return { unreadable: `it lacks ${missing.join(', ')}` };
  }
  if (!isTime(expires)) return notTime(expires);
  return { kind: 'snapshot', key, backup, tier, slot, source, expires, ...(resource && { resource }) };
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
  return row.kind === 'snapshot';
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
