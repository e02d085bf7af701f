/** How old the newest completed backup of each tier is: what the tiers' alarms watch. */
import type { NewestBackups } from './newest-backups.ts';
import type { ReconcileRun } from './reconcile-run.ts';
import type { SelectedBackup, SelectedSource } from './selected.ts';

/** A source, and how old its newest completed backup is; without any it counts from its own creation. */
export interface SourceAge {
  source: string;
  hours: number;
}

/** The source whose newest completed backup is the oldest; undefined if there is none. */
export function oldestSource(
  sources: readonly SelectedSource[],
  sinceOf: (source: SelectedSource) => Date | undefined,
  now: Date,
): SourceAge | undefined {
  let oldest: SourceAge | undefined;
  for (const source of sources) {
    const start = sinceOf(source) ?? source.since;
    const hours = Math.max(0, (now.getTime() - start.getTime()) / 3_600_000);
    if (!oldest || hours > oldest.hours) oldest = { source: source.id, hours };
  }
  return oldest;
}

/** One value a tier: that of the worst source. */
export function measureAges(
  { backup, tiers, sources }: SelectedBackup,
  newest: NewestBackups,
  run: ReconcileRun,
): void {
  for (const tier of Object.keys(tiers)) {
    const since = (source: SelectedSource) => newest.since(backup, tier, source);
    const oldest = oldestSource(sources, since, run.startedAt);
    if (oldest) sayAge({ backup, tier, sources: sources.length, ...oldest }, run);
  }
  if (sources.length > 0) return;
  // No metric either: the alarms take missing data for a breach.
  run.log.warn('selector.empty', { backup });
  run.report.add({ resource: backup, decision: 'keep', reason: 'nothing-selected', outcome: 'kept' });
}

interface TierAge extends SourceAge {
  backup: string;
  tier: string;
  sources: number;
}

function sayAge(
  { backup, tier, sources, source, hours }: TierAge,
  { owner, job, report, emitMetric }: ReconcileRun,
) {
  const detail = `${source} has waited ${hours.toFixed(1)} hours for a ${tier} backup, the longest of ${sources} sources`;
  if (!job.dryRun)
    emitMetric({ dimensions: { owner, backup, tier }, values: { NewestBackupAgeHours: hours } });
  const outcome = job.dryRun ? 'withheld' : 'done';
  report.add({ resource: `${backup}/${tier}`, decision: 'measure', reason: 'age', outcome, detail });
}
