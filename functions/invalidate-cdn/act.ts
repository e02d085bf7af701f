/** Tells CloudFront what to forget, one distribution after another. */
import { createInvalidation } from '../../shared/aws/cloudfront.ts';
import { awsErrorOf, natureOf } from '../../shared/aws/errors.ts';
import type { CdnRun } from './clients.ts';
import type { Decision, Subject } from './decide.ts';
import { deferred, putInQueue } from './defer.ts';
import { type Invalidate, outcomeOf, said } from './outcomes.ts';
import { type Made, waitFor } from './wait.ts';

export async function carryOut(decisions: readonly Decision[], subject: Subject, run: CdnRun): Promise<void> {
  const made: Made[] = [];
  for (const decision of withinLimit(decisions, run)) {
    if (decision.kind === 'keep' || run.job.dryRun) run.report.add(outcomeOf(decision));
    else made.push(...(await invalidate(decision, subject, run)));
  }
  await waitFor(made, run);
}

/** `maxActions` counts paths: each of them is paid for. */
function withinLimit(decisions: readonly Decision[], { job, report }: CdnRun): Decision[] {
  let left = job.maxActions ?? Number.POSITIVE_INFINITY;
  return decisions.flatMap((decision): Decision[] => {
    if (decision.kind === 'keep') return [decision];
    const { paths } = decision.invalidation;
    left -= paths.length;
    if (left >= 0) return [decision];
    left += paths.length;
    const { id } = decision.distribution;
    report.add({
      resource: id,
      decision: 'keep',
      reason: 'max-actions',
      outcome: 'kept',
      detail: said(decision),
    });
    report.limit(`maxActions is ${job.maxActions}: the ${paths.length} paths of ${id} are not invalidated`);
    return [];
  });
}

/** What CloudFront has taken. Each is known again by its reference, so that a second run costs nothing. */
async function invalidate(decision: Invalidate, subject: Subject, run: CdnRun): Promise<Made[]> {
  const { distribution, reference, invalidation } = decision;
  try {
    const { paths } = invalidation;
    const id = await createInvalidation(briefly(run), { distribution: distribution.id, reference, paths });
    return [{ decision, id }];
  } catch (error) {
    await settle(error, decision, subject, run);
    return [];
  }
}

/** What is throttled for longer has its turn by the queue, and other distributions have theirs. */
const longestTryMilliseconds = 60_000;

function briefly({ aws, clock, timeLeft }: CdnRun): CdnRun['aws'] {
  const until = clock.now().getTime() + longestTryMilliseconds;
  const timeToTry = () => Math.min(timeLeft(), until - clock.now().getTime());
  return { ...aws, patience: { ...aws.patience, timeLeft: timeToTry } };
}

/** CloudFront has not taken it: it has it already, or shall be asked again, or never will. */
async function settle(error: unknown, decision: Invalidate, subject: Subject, run: CdnRun): Promise<void> {
  const nature = natureOf(error);
  const resource = decision.distribution.id;
  if (nature === 'exists') {
    // The reference says that it is for the same keys: they were covered by other paths.
    run.report.add({ resource, decision: 'keep', reason: 'already-invalidated', outcome: 'kept' });
  } else if (passing.has(nature)) {
    await defer(error, decision, subject, run);
  } else {
    run.report.add({ ...outcomeOf(decision), outcome: 'failed', error: awsErrorOf(error) });
  }
}

const passing = new Set(['busy', 'throttled', 'unknown-outcome']);

/** The site is published, and stays so: that CloudFront has no room is no failure, unless it has none for hours. */
async function defer(error: unknown, decision: Invalidate, subject: Subject, run: CdnRun): Promise<void> {
  const { clock, queueUrl, report } = run;
  const resource = decision.distribution.id;
  const later = deferred(resource, subject, clock.now());
  if (!later || queueUrl === undefined) {
    report.add({ ...outcomeOf(decision), outcome: 'failed', error: awsErrorOf(error) });
    return;
  }
  try {
    await putInQueue(later, queueUrl, run);
    const { name } = awsErrorOf(error);
    const detail = `${name}; tried again from ${later.deferral?.notBefore} on`;
    report.add({ resource, decision: 'enqueue', reason: 'no-room', outcome: 'done', detail });
  } catch (failure) {
    report.add({ ...outcomeOf(decision), outcome: 'failed', error: awsErrorOf(failure) });
  }
}
