/** A person ends what a person has said. The group is not looked at: what follows is up to the job that the plan has. */
import type { ScaleRun } from './clients.ts';
import { type Memory, remember } from './memory.ts';
import { isOver } from './override.ts';

/**
 * It ends now, and is carried out by the next tick. A job that was typed may lack the schedule, whose floor holds from
 * then on, or the policies.
 */
export async function endOverride(memory: Memory, run: ScaleRun): Promise<void> {
  const { clock, job, report } = run;
  const { override } = memory.state;
  const now = clock.now();
  const head = { resource: job.group, decision: 'end-override' };
  if (!override || isOver(override, now)) {
    report.add({ ...head, reason: 'none-holds', outcome: 'kept' });
    return;
  }
  if (!job.dryRun) await remember({ ...memory.state, override: { ...override, until: now } }, memory, run);
  const detail = `${override.capacity} held until ${override.until.toISOString()}: the next tick ends it`;
  report.add({ ...head, reason: 'by-hand', detail, outcome: job.dryRun ? 'withheld' : 'done' });
}
