/** What CloudFront has no room for now comes again: as a message to the function's own queue. */
import { longestDelay, sendMessages } from '../../shared/aws/sqs.ts';
import { AutomationError } from '../../shared/errors.ts';
import type { CdnRun } from './clients.ts';
import type { Subject } from './decide.ts';
import type { InvalidateCdnJob } from './job.ts';

/** An invalidation takes some minutes; then there is room again. */
const firstWaitSeconds = 60;
const longestWaitSeconds = 1_800;
/** Past it the message goes to the dead-letter queue, whose alarm calls a person. */
const patienceHours = 6;

/**
 * The job for one distribution, and when it is to run; undefined: it was tried for long enough.
 *
 * @param now of the run
 */
export function deferred(
  distribution: string,
  { job, publication }: Pick<Subject, 'job' | 'publication'>,
  now: Date,
): InvalidateCdnJob | undefined {
  const { attempts = 0, since = now.toISOString() } = job.deferral ?? {};
  if (now.getTime() - Date.parse(since) > patienceHours * 3_600_000) return undefined;
  const waitSeconds = Math.min(longestWaitSeconds, firstWaitSeconds * 2 ** attempts);
  const notBefore = new Date(now.getTime() + waitSeconds * 1_000).toISOString();
  return {
    ...job,
    distributions: [distribution],
    publication,
    deferral: { attempts: attempts + 1, since, notBefore },
  };
}

/** Sends the job to the queue, to be received when it is due or, where SQS cannot keep it for so long, earlier. */
export async function putInQueue(job: InvalidateCdnJob, queueUrl: string, run: CdnRun): Promise<void> {
  const delaySeconds = Math.min(longestDelay, Math.ceil(secondsLeft(job, run.clock.now())));
  const refused = await sendMessages(run.aws, queueUrl, [JSON.stringify(job)], { delaySeconds });
  for (const { name, message } of refused.values()) {
    throw new AutomationError(`The queue did not take the job: ${name}: ${message}`);
  }
}

/** Until a deferred job is due; 0 or less if it is. */
export const secondsLeft = ({ deferral }: InvalidateCdnJob, now: Date): number =>
  deferral ? (Date.parse(deferral.notBefore) - now.getTime()) / 1_000 : 0;
