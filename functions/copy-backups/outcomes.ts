/** How decisions and their ends are told. */
import { awsErrorOf, natureOf } from '../../shared/aws/errors.ts';
import { LeaseLostError } from '../../shared/lease.ts';
import type { Outcome } from '../../shared/report.ts';
import type { CopyDecision, Settlement, Start } from './decide.ts';

/** As it was decided: kept, given up or settled; `withheld` by a dry run. */
export function outcomeOf(decision: CopyDecision, withheld?: 'withheld'): Outcome {
  const head = headOf(decision);
  if (decision.kind === 'keep') return { ...head, outcome: 'kept' };
  if (decision.kind !== 'give-up') return { ...head, outcome: withheld ?? 'done' };
  const message = `There is no copy in ${decision.region}: ${decision.detail}`;
  return { ...head, outcome: 'failed', error: { name: 'CopyFailed', message } };
}

/** @param id the copy; `said`: what a person may want to know besides */
export function started(start: Start, id: string, said: string | undefined): Outcome {
  const { detail, ...head } = headOf(start);
  const words = [`${start.region}: ${id}`, ...(detail?.split('; ').slice(1) ?? []), said];
  return { ...head, outcome: 'done', detail: words.filter((word) => word !== undefined).join('; ') };
}

const nextRun = 'the next run does it';

export function deferral(change: Start | Settlement, reason: string): Outcome {
  return { ...headOf(change), reason, outcome: 'deferred', detail: `${change.region}; ${nextRun}` };
}

/** AWS refused it, or did not answer. */
export function failedEnd(change: Start | Settlement, cause: unknown): Outcome {
  if (cause instanceof LeaseLostError) return deferral(change, 'lease-lost');
  const head = headOf(change);
  const { name, message } = awsErrorOf(cause);
  const error = { name, message };
  switch (natureOf(cause)) {
    case 'absent':
      return { ...head, decision: 'keep', reason: 'backup-gone', outcome: 'kept' };
    // AWS's limit is not ours to mend: it is a queue, and no failure.
    case 'busy':
      return { ...head, decision: 'keep', reason: 'copies-in-flight', outcome: 'kept' };
    case 'throttled':
    case 'unknown-outcome':
      return { ...deferral(change, 'aws-said-later'), error };
    default:
      return { ...head, outcome: 'failed', error };
  }
}

function headOf(decision: CopyDecision): Omit<Outcome, 'outcome'> {
  const { kind, reason } = decision;
  const detail = [decision.region, detailOf(decision)].filter((word) => word !== undefined).join('; ');
  const head = { resource: resourceOf(decision), decision: kind, reason };
  return detail === '' ? head : { ...head, detail };
}

/** A set's members are copied one by one. */
const resourceOf = (decision: CopyDecision): string =>
  decision.kind === 'copy' && decision.original.kind === 'set' ? decision.part : decision.original.id;

function detailOf(decision: CopyDecision): string | undefined {
  if (decision.kind !== 'copy') return decision.detail;
  const last = decision.failed.at(-1);
  if (!last) return undefined;
  return `attempt ${decision.attempt}; ${last.id} failed: ${last.message ?? 'AWS does not say why'}`;
}
