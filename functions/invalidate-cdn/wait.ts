/** Waits until CloudFront is done, where the job asks for that. */
import { isInvalidationCompleted } from '../../shared/aws/cloudfront.ts';
import { awsErrorOf } from '../../shared/aws/errors.ts';
import type { CdnRun } from './clients.ts';
import { type Invalidate, outcomeOf, said } from './outcomes.ts';

export interface Made {
  decision: Invalidate;
  /** CloudFront's. */
  id: string;
}

/** CloudFront refuses calls that come faster, see the API's throttling; an invalidation takes a minute or some. */
const pollMilliseconds = 20_000;

/** Reports each: it was taken, and what is known of its end. What takes longer goes on by itself. */
export async function waitFor(made: readonly Made[], run: CdnRun): Promise<void> {
  for (const one of made) {
    const end = run.job.wait ? await endOf(one, run) : undefined;
    const { decision, id } = one;
    const detail = [id, ...(end ? [end] : []), said(decision)].join('; ');
    run.report.add({ ...outcomeOf(decision), outcome: 'done', detail });
  }
}

/** A release is out, however slow this is, and whatever may be known of it: nothing here fails the run. */
async function endOf({ decision, id }: Made, { aws, clock, timeLeft, log }: CdnRun): Promise<string> {
  try {
    while (!(await isInvalidationCompleted(aws, decision.distribution.id, id))) {
      if (timeLeft() <= pollMilliseconds) return 'still in progress';
      await clock.sleep(pollMilliseconds);
    }
    return 'completed';
  } catch (error) {
    log.warn('invalidation.end-unknown', { resourceId: id, error: awsErrorOf(error) });
    return `its end is not known: ${awsErrorOf(error).name}`;
  }
}
