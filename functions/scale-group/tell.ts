/** How the calls of a run end, as its report has it. */
import {
  awsErrorOf,
  isBetweenStates,
  isRefreshing,
  isStopProtected,
  natureOf,
} from '../../shared/aws/errors.ts';
import { AutomationError } from '../../shared/errors.ts';
import { LeaseLostError } from '../../shared/lease.ts';
import type { Outcome } from '../../shared/report.ts';
import type { ScaleRun } from './clients.ts';

export type Head = Omit<Outcome, 'outcome'>;

/** What the call stood on is another by now. */
export class ChangedMeanwhileError extends AutomationError {
  override name = 'ChangedMeanwhileError';
  readonly reason: KeptReason;

  constructor(reason: KeptReason) {
    super(`Decided anew: ${reason}`);
    this.reason = reason;
  }
}

/**
 * How it ended: `done`, or why it was certainly not done; `unsure`: it may have been done in part, or in whole
 * without an answer.
 */
export type End = 'done' | 'refused' | 'quota' | 'unsure' | KeptReason;

/** AWS, or a person, does not want it now: it is no failure, and the next run looks at it anew. */
export type KeptReason =
  | 'changed-meanwhile'
  | 'drain-called-off'
  | 'protected'
  | 'in-auto-scaling-group'
  | 'between-states'
  | 'no-capacity'
  | 'not-found'
  | 'refresh-in-progress'
  | 'activity-in-progress';

/** Does one thing, and tells of it: what fails keeps nothing else from being done. */
export async function tryTo(head: Head, run: ScaleRun, work: () => Promise<void>): Promise<End> {
  if (run.job.dryRun) {
    run.report.add({ ...head, outcome: 'withheld' });
    return 'done';
  }
  try {
    await work();
  } catch (cause) {
    // Another run goes on with the group: this one has to leave it alone.
    if (cause instanceof LeaseLostError) throw cause;
    const { end, outcome } = failedEnd(head, cause);
    run.report.add(outcome);
    return end;
  }
  run.report.add({ ...head, outcome: 'done' });
  return 'done';
}

function failedEnd(head: Head, cause: unknown): { end: End; outcome: Outcome } {
  const { name, message } = awsErrorOf(cause);
  const error = { name, message };
  const reason = keptReason(cause);
  if (reason !== undefined) return { end: reason, outcome: { ...head, reason, outcome: 'kept', error } };
  const failed = { ...head, outcome: 'failed', error } as const;
  switch (natureOf(cause)) {
    case 'throttled':
    case 'unknown-outcome':
      return { end: 'unsure', outcome: { ...failed, reason: 'aws-said-later', outcome: 'deferred' } };
    case 'refused':
      return { end: 'refused', outcome: failed };
    case 'quota':
      return { end: 'quota', outcome: failed };
    default:
      return { end: 'unsure', outcome: failed };
  }
}

function keptReason(cause: unknown): KeptReason | undefined {
  if (cause instanceof ChangedMeanwhileError) return cause.reason;
  if (isStopProtected(cause)) return 'protected';
  if (isBetweenStates(cause)) return 'between-states';
  if (isRefreshing(cause)) return 'refresh-in-progress';
  const nature = natureOf(cause);
  if (nature === 'no-capacity') return nature;
  if (nature === 'absent') return 'not-found';
  return nature === 'busy' ? 'activity-in-progress' : undefined;
}
