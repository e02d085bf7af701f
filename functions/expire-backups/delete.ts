/** Carries out one decision, and says what came of it. */
import { awsErrorOf, natureOf } from '../../shared/aws/errors.ts';
import { AutomationError } from '../../shared/errors.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import type { Outcome } from '../../shared/report.ts';
import type { Assignment } from './act.ts';
import { heedObstacles, type Judged, judge } from './judge.ts';
import { pacedGatewayOf } from './paces.ts';

export async function carryOutOne(one: Judged, assignment: Assignment): Promise<Outcome> {
  const { run } = assignment;
  const { row, backup, decision, failure } = one;
  const { kind, reason } = decision;
  const head = {
    resource: row.resource ?? row.key,
    decision: kind,
    reason,
    detail: detailOf(row, assignment),
  };
  // Not done, and not said to be well: the next run looks again.
  if (reason === 'use-unknown') return { ...head, outcome: 'deferred', ...(failure && { error: failure }) };
  if (kind === 'keep') return { ...head, outcome: 'kept' };
  if (run.job.dryRun) return { ...head, outcome: 'withheld' };
  if (kind === 'forget' || backup === undefined) return { ...head, outcome: 'done' };
  if (run.timeLeft() <= 0) return { ...head, reason: 'out-of-time', outcome: 'deferred' };
  try {
    const gateway = pacedGatewayOf(backup, assignment.progress.paces, run);
    const said = await gateway.delete(backup, () => confirm(row, assignment));
    return { ...head, outcome: 'done', detail: [head.detail, said].filter(Boolean).join('; ') };
  } catch (error) {
    return failedDeletion(head, error);
  }
}

const detailOf = ({ source, slot, region }: BackupRow, { run }: Assignment): string =>
  [source, slot, ...(region === run.aws.region ? [] : [region])].join(', ');

/** What was read is good for so long; a deletion that is throttled waits for longer. */
const staleSeconds = 30;

class DecisionChangedError extends AutomationError {
  override name = 'DecisionChangedError';
  readonly reason: string;

  constructor(reason: string) {
    super(`Decided anew: ${reason}`);
    this.reason = reason;
  }
}

async function confirm(row: BackupRow, { seen, readAt, run }: Assignment): Promise<void> {
  if (run.clock.now().getTime() - readAt.getTime() < staleSeconds * 1_000) return;
  const [judged] = await heedObstacles(await judge([row], seen, run), run);
  if (judged?.decision.kind === 'keep') throw new DecisionChangedError(judged.decision.reason);
}

function failedDeletion(head: Omit<Outcome, 'outcome'>, error: unknown): Outcome {
  if (error instanceof DecisionChangedError) {
    return { ...head, decision: 'keep', reason: error.reason, outcome: 'kept' };
  }
  const { name, message } = awsErrorOf(error);
  switch (natureOf(error)) {
    case 'absent':
      return { ...head, outcome: 'done' };
    case 'in-use':
      return { ...head, decision: 'keep', reason: 'in-use-by-image', outcome: 'kept' };
    case 'refused':
    case 'unclear':
      return { ...head, outcome: 'failed', error: { name, message } };
    default:
      return { ...head, outcome: 'deferred', reason: 'aws-said-later', error: { name, message } };
  }
}
