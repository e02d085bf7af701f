import type { Run } from '../../shared/entrypoint.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import type { ExpireBackupsJob } from './job.ts';

export interface DuePage {
  /** Those that the job covers. */
  backups: BackupRow[];
  /** Keys of locks whose slot can no longer be taken. */
  spentSlots: string[];
}

/** What is due, in pages, oldest first. Read twice in a run, so that no run holds all of it. */
export async function* duePages({ ledger, startedAt, job }: Run<ExpireBackupsJob>): AsyncGenerator<DuePage> {
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
