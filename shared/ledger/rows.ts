/** Rows from what stands in the account: the tags are the truth. */
import type { BackupGateway, StandingBackup } from '../backups/backup.ts';
import { parseSlotId } from '../slot.ts';
import { extraTagKeys, tagKeys } from '../tags.ts';
import { type BackupRow, type Ledger, rowKey } from './ledger.ts';

/** The row that a backup of ours should have; undefined if its tags do not say all of it. */
export function rowOf({
  kind,
  region,
  id,
  source,
  tags,
}: Pick<StandingBackup, 'kind' | 'region' | 'id' | 'source' | 'tags'>): BackupRow | undefined {
  const slot = tags[tagKeys.slot];
  const expires = expiryIn(tags[tagKeys.expires]);
  const appointment = slot === undefined ? undefined : parseSlotId(slot);
  if (!slot || !appointment || !source || !expires) return undefined;
  const { backup, tier } = appointment;
  const isCopy = tags[extraTagKeys.copyOf] !== undefined;
  const key = rowKey(slot, source, isCopy ? region : undefined);
  return { kind, key, backup, tier, slot, source, region, expires: expires.toISOString(), resource: id };
}

/** The time in an `expires` tag; undefined if it is not one, and then nothing may be deleted by it. */
export function expiryIn(text: string | undefined): Date | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) return undefined;
  const expires = new Date(text);
  if (Number.isNaN(expires.getTime())) return undefined;
  // JavaScript reads 31 February as 3 March.
  return expires.toISOString().slice(0, 19) === text.slice(0, 19) ? expires : undefined;
}

/** Of a gateway, what it takes to find the backups of rows. */
type RowFinder = Pick<BackupGateway, 'kinds' | 'region' | 'ownWith'>;

/**
 * Finds, by tag, the backups of rows whose creation was never answered, and writes their ids. Rows
 * whose backup is not found stay: it may be on its way. They end when they are due.
 */
export async function resolveRows(ledger: Ledger, gateway: RowFinder, owner: string): Promise<void> {
  for await (const rows of ledger.unresolved()) {
    const found = await findResources(rows, gateway, owner);
    if (found.length > 0) await ledger.put(found);
  }
}

/** Those of these rows that have a backup which this gateway sees, with its id. */
export async function findResources(
  rows: readonly BackupRow[],
  gateway: RowFinder,
  owner: string,
): Promise<BackupRow[]> {
  const seen = rows.filter(({ kind, region }) => gateway.kinds.includes(kind) && region === gateway.region);
  const wanted = new Set(seen.map(({ key }) => key));
  const found: BackupRow[] = [];
  const slots = [...new Set(seen.map(({ slot }) => slot))];
  if (slots.length === 0) return found;
  for await (const page of gateway.ownWith(owner, 'slot', slots)) {
    for (const backup of page) {
      const row = rowOf(backup);
      if (row && wanted.delete(row.key)) found.push(row);
    }
  }
  return found;
}
