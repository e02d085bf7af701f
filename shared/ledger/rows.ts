/** Rows from what stands in the account: the tags are the truth. */
import type { Ec2 } from '../aws/ec2.ts';
import { ownSnapshotsWith, type Snapshot, sourceOf } from '../aws/ec2-snapshots.ts';
import { parseSlotId } from '../slot.ts';
import { tagKeys } from '../tags.ts';
import { type BackupRow, type Ledger, rowKey } from './ledger.ts';

/** The row that a snapshot of ours should have; undefined if its tags do not say all of it. */
export function rowOf(snapshot: Snapshot): BackupRow | undefined {
  const { id, tags } = snapshot;
  const slot = tags[tagKeys.slot];
  const source = sourceOf(snapshot);
  const expires = expiryIn(tags[tagKeys.expires]);
  const appointment = slot === undefined ? undefined : parseSlotId(slot);
  if (!slot || !appointment || !source || !expires) return undefined;
  const { backup, tier } = appointment;
  const key = rowKey(slot, source);
  return { kind: 'snapshot', key, backup, tier, slot, source, expires: expires.toISOString(), resource: id };
}

/** The time in an `expires` tag; undefined if it is not one, and then nothing may be deleted by it. */
export function expiryIn(text: string | undefined): Date | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) return undefined;
  const expires = new Date(text);
  if (Number.isNaN(expires.getTime())) return undefined;
  // JavaScript reads 31 February as 3 March.
  return expires.toISOString().slice(0, 19) === text.slice(0, 19) ? expires : undefined;
}

interface Place {
  ec2: Ec2;
  owner: string;
}

/**
 * Finds, by tag, the snapshots of rows whose creation was never answered, and writes their ids. Rows
 * whose snapshot is not found stay: it may be on its way. They end when they are due.
 */
export async function resolveRows({ ledger, ...place }: Place & { ledger: Ledger }): Promise<void> {
  for await (const rows of ledger.unresolved()) {
    const found = await findResources(rows, place);
    if (found.length > 0) await ledger.put(found);
  }
}

/** Those of these rows that have a snapshot, with its id. */
export async function findResources(rows: readonly BackupRow[], { ec2, owner }: Place): Promise<BackupRow[]> {
  const wanted = new Set(rows.map(({ key }) => key));
  const found: BackupRow[] = [];
  const slots = [...new Set(rows.map(({ slot }) => slot))];
  for await (const page of ownSnapshotsWith(ec2, owner, 'slot', slots)) {
    for (const snapshot of page) {
      const row = rowOf(snapshot);
      if (row && wanted.delete(row.key)) found.push(row);
    }
  }
  return found;
}
