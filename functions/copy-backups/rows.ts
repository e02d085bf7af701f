/** The ledger's rows of copies. */
import type { StandingBackup } from '../../shared/backups/backup.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import { rowOf } from '../../shared/ledger/rows.ts';
import type { Tags } from '../../shared/tags.ts';

/**
 * The row of an original's copy in a region, by the copy's tags; without `id` as it stands before the copy is
 * created. A set's copies are one row, under the set's own id.
 */
export function copyRow(
  { kind, source, id: originalId }: StandingBackup,
  region: string,
  tags: Tags,
  id: string | undefined,
): BackupRow | undefined {
  const row = rowOf({ kind, region, id: kind === 'set' ? originalId : (id ?? ''), source, tags });
  if (!row || id !== undefined) return row;
  const { resource: _none, ...unresolved } = row;
  return unresolved;
}

/** The row of a copy that failed: beside that of the one which takes its place, as reconcile-ledger would write it. */
export function failedCopyRow(
  { kind, source }: StandingBackup,
  region: string,
  { id, tags }: { id: string; tags: Tags },
): BackupRow | undefined {
  // A set's member that failed is none any more.
  const row = rowOf({ kind: kind === 'set' ? 'snapshot' : kind, region, id, source, tags });
  return row && { ...row, key: `${row.key}/${id}` };
}
