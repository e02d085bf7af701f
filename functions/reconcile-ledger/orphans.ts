/** Backups whose source is gone: nothing comes after them, so the plan's floor for gone sources keeps the last. */
import type { BackupKind, StandingBackup } from '../../shared/backups/backup.ts';
import type { BackupListing } from '../../shared/backups/gateways.ts';
import { expiryIn } from '../../shared/ledger/rows.ts';
import type { Outcome } from '../../shared/report.ts';
import { tagKeys } from '../../shared/tags.ts';
import type { SourceKind } from './newest-backups.ts';
import type { ReconcileRun } from './reconcile-run.ts';

/** What stands of one source in one region, in milliseconds: one is held for each source. */
export interface Standing {
  count: number;
  newest: number;
  /** When the last of them is due. */
  lastExpires: number;
}

/** What stands of each source: by kind, then by source, then by region. */
export class Sources {
  readonly #byKind = new Map<BackupKind, Map<string, Map<string, Standing>>>();

  see({ kind, region, source, state, startedAt, tags }: StandingBackup): void {
    if (source === undefined || state !== 'completed') return;
    const sources = this.#byKind.get(kind) ?? new Map<string, Map<string, Standing>>();
    this.#byKind.set(kind, sources);
    const regions = sources.get(source) ?? new Map<string, Standing>();
    sources.set(source, regions);
    const { count, newest, lastExpires } = regions.get(region) ?? { count: 0, newest: 0, lastExpires: 0 };
    regions.set(region, {
      count: count + 1,
      newest: Math.max(newest, startedAt.getTime()),
      lastExpires: Math.max(lastExpires, expiryIn(tags[tagKeys.expires])?.getTime() ?? 0),
    });
  }

  ofKind(kind: BackupKind): ReadonlyMap<string, ReadonlyMap<string, Standing>> {
    return this.#byKind.get(kind) ?? new Map();
  }
}

/** One outcome for each source and kind of which the source is gone. A source is looked for in the home region. */
export async function sayOrphans(
  sources: Sources,
  selected: readonly SourceKind[],
  home: readonly BackupListing[],
  { job, report }: ReconcileRun,
): Promise<void> {
  const known = new Set(selected.map(({ id }) => id));
  for (const gateway of home) {
    const standing = gateway.kinds.flatMap((kind) =>
      [...sources.ofKind(kind)].map(([id, regions]) => ({ kind, id, regions })),
    );
    const asked = standing.filter(({ id }) => !known.has(id));
    if (asked.length === 0) continue;
    const living = await gateway.living([...new Set(asked.map(({ id }) => id))]);
    for (const { regions, ...source } of asked.filter(({ id }) => !living.has(id))) {
      report.add(orphanOutcome(source, regions, job.keepOfGoneSources));
    }
  }
}

export function orphanOutcome(
  { kind, id }: SourceKind,
  regions: ReadonlyMap<string, Standing>,
  keep: number,
): Outcome {
  const parts = [...regions].map(([region, standing]) => `${region}: ${standingText(standing, keep)}`);
  const detail = `backups of the kind ${kind} whose source is gone; ${parts.join('; ')}`;
  return { resource: id, decision: 'keep', reason: 'source-gone', outcome: 'kept', detail };
}

function standingText({ count, newest, lastExpires }: Standing, keep: number): string {
  const head = `${count}, the newest of ${new Date(newest).toISOString()}`;
  const last =
    lastExpires > 0 ? `the last is due at ${new Date(lastExpires).toISOString()}` : 'none is ever due';
  if (keep === 0) return `${head}, ${last}`;
  return count <= keep
    ? `${head}, kept for good by keepOfGoneSources (${keep})`
    : `${head}, ${last}, and the newest ${keep} stay by keepOfGoneSources`;
}
