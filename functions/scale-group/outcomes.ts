/** How a decision is told: of the group by its name in the plan, with the arithmetic that led to it. */
import type { Outcome } from '../../shared/report.ts';
import type { Decision } from './decide.ts';
import type { ScaleGroupJob } from './job.ts';

export function headOf(
  { kind, reason, arithmetic }: Decision,
  { group, cause, alarm }: Pick<ScaleGroupJob, 'group' | 'cause' | 'alarm'>,
): Omit<Outcome, 'outcome'> {
  const by = alarm ? `alarm ${alarm.name}` : cause;
  return { resource: group, decision: kind, reason, detail: `${arithmetic} (by ${by})` };
}
