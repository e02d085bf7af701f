/** What the alarms watch: whether copies failed for good, and how long the oldest awaited one has waited. */
import type { CopyRun } from './clients.ts';
import type { CopyDecision } from './decide.ts';

const awaited = new Set(['copy-under-way', 'copies-in-flight', 'max-actions']);

export interface CopyMeasures {
  /** How many backups have a copy that failed for good. */
  CopiesFailed: number;
  /** Since the start of the backup; 0 if none is awaited. */
  OldestAwaitedCopyHours: number;
}

export function measuresOf(decisions: readonly CopyDecision[], now: Date): CopyMeasures {
  const failed = decisions.filter(({ kind, reason }) => kind === 'give-up' || reason === 'copy-failed');
  const waiting = decisions.filter(({ kind, reason }) => kind === 'copy' || awaited.has(reason));
  const oldest = Math.min(now.getTime(), ...waiting.map(({ original }) => original.startedAt.getTime()));
  return {
    CopiesFailed: new Set(failed.map(({ original }) => original.id)).size,
    OldestAwaitedCopyHours: (now.getTime() - oldest) / 3_600_000,
  };
}

export function measure(
  decisions: readonly CopyDecision[],
  { owner, job, startedAt, emitMetric }: CopyRun,
): void {
  if (job.dryRun) return;
  emitMetric({ dimensions: { owner }, values: { ...measuresOf(decisions, startedAt) } });
}
