/**
 * As many as work a queue off in time: its visible messages against what one instance does in the acceptable delay.
 * Amazon EC2 Auto Scaling user guide, "Scaling policy based on Amazon SQS". Pure.
 */
import type { Series } from './group.ts';
import type { BacklogPolicy } from './job.ts';
import { type Opinion, type Situation, shortNumber, wholeUp } from './opinion.ts';
import { seriesOpinion } from './series.ts';

export function backlogOpinion(policy: BacklogPolicy, series: Series, situation: Situation): Opinion {
  const perInstance = policy.acceptableSeconds / policy.secondsPerMessage;
  return seriesOpinion(
    series,
    {
      reason: 'backlog',
      demandOf: ({ value }) => wholeUp(value / perInstance),
      text: ({ value }, demand) =>
        `${shortNumber(value)} messages in ${policy.queue} for ${shortNumber(perInstance)} an instance: ${demand}`,
    },
    situation,
  );
}
