import type { BackupKind } from '../../shared/backups/backup.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import type { ExpireRun } from './clients.ts';

export interface DuePage {
  /** Those that the job covers. */
  backups: BackupRow[];
  /** Keys of locks whose slot can no longer be taken. */
  spentSlots: string[];
}

/** What is due, in pages, oldest first. Read twice in a run, so that no run holds all of it. */
export async function* duePages({ ledger, startedAt, job }: ExpireRun): AsyncGenerator<DuePage> {
  const chosen = job.sources && new Set(job.sources);
  for await (const rows of ledger.due(startedAt)) {
    yield {
      backups: rows
        .filter((row) => row.kind !== 'slot')
        .filter(({ source }) => chosen?.has(source) !== false),
      spentSlots: rows.filter(({ kind }) => kind === 'slot').map(({ key }) => key),
    };
  }
}

/** By what floors and shares are counted. */
export interface Group {
  region: string;
  kind: BackupKind;
  source: string;
}

export const groupKey = ({ region, kind, source }: Group): string => `${region} ${kind} ${source}`;

/** How many rows are due of each group. Holds one entry a group, however many rows there are. */
export async function countDue(run: ExpireRun): Promise<Map<string, { group: Group; rows: number }>> {
  const groups = new Map<string, { group: Group; rows: number }>();
  for await (const { backups } of duePages(run)) {
    for (const { region, kind, source } of backups) {
      const group = { region, kind, source };
      const known = groups.get(groupKey(group));
      if (known) known.rows += 1;
      else groups.set(groupKey(group), { group, rows: 1 });
    }
  }
  return groups;
}
