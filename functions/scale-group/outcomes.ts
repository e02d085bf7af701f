/** How a decision is told: of the group by its name in the plan, with the arithmetic that led to it. */
import type { Outcome, Reporter } from '../../shared/report.ts';
import type { Decision } from './decide.ts';
import type { Signal } from './group.ts';
import type { ScaleGroupJob } from './job.ts';

export function headOf(
  { kind, reason, arithmetic }: Decision,
  { group, cause, alarm }: Pick<ScaleGroupJob, 'group' | 'cause' | 'alarm'>,
): Omit<Outcome, 'outcome'> {
  const by = alarm ? `alarm ${alarm.name}` : cause;
  return { resource: group, decision: kind, reason, detail: `${arithmetic} (by ${by})` };
}

/** One for all: what the policies cannot go by, until a person sees to it. The group has got what else it needs. */
export function tellFaults(
  signals: readonly Signal[],
  { group }: Pick<ScaleGroupJob, 'group'>,
  report: Pick<Reporter, 'add'>,
): void {
  const faults = signals.flatMap((signal) =>
    signal.kind === 'unknown' && signal.isFault ? [signal.why] : [],
  );
  if (faults.length === 0) return;
  const detail = [...new Set(faults)].join('; ');
  report.add({ resource: group, decision: 'measure', reason: 'signal-unusable', detail, outcome: 'failed' });
}
