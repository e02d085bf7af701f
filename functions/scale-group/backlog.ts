/**
 * As many as work a queue off in time: its visible messages against what one instance does in the acceptable delay, and
 * what comes meanwhile. Amazon EC2 Auto Scaling user guide, "Scaling policy based on Amazon SQS". Pure.
 */
import type { Series } from './group.ts';
import type { BacklogPolicy } from './job.ts';
import { type Opinion, type Situation, shortNumber } from './opinion.ts';
import { demandFrom, type Sample, seriesOpinion } from './series.ts';

/**
 * AWS's formula looks at what waits alone. A queue that is kept empty then seems to need nobody, and loses those who kept
 * it so: what comes in counts, too.
 */
export function backlogOpinion(policy: BacklogPolicy, series: Series, situation: Situation): Opinion {
  const { queue, secondsPerMessage, acceptableSeconds } = policy;
  const { inHand = 0 } = series;
  const comingAt = arrivalsOf(series);
  const { capacity } = situation.group;
  // Whoever has a message in hand is not to be stopped over it; which ones these are, SQS does not tell.
  const busy = Math.min(capacity, inHand);
  const demandFor = (waiting: number, comingEachSecond: number): number =>
    demandFrom((waiting / acceptableSeconds + comingEachSecond) * secondsPerMessage, capacity, capacity);
  return seriesOpinion(
    series,
    {
      reason: 'backlog',
      demandNow: ({ value }) => Math.max(demandFor(value, comingAt() ?? 0), busy),
      demandThen({ at, value }) {
        const coming = comingAt(at);
        return coming === undefined ? undefined : demandFor(value, coming);
      },
      text({ value }, demand) {
        const coming = shortNumber((comingAt() ?? 0) * 60);
        const each = shortNumber(acceptableSeconds / secondsPerMessage);
        const held = inHand > 0 ? `, ${shortNumber(inHand)} are in hand,` : '';
        return `${shortNumber(value)} messages wait in ${queue}${held} and ${coming} a minute come, at ${each} an instance in time: ${demand}`;
      },
    },
    situation,
  );
}

/** How many come each second, now or in a period; none if nobody counts them, undefined if that period is missing. */
function arrivalsOf({ arrivals, periodSeconds }: Series): (at?: Date) => number | undefined {
  if (!arrivals) return () => 0;
  const byTime = new Map(arrivals.map(({ at, value }: Sample) => [at.getTime(), value / periodSeconds]));
  return (at) => byTime.get((at ?? arrivals.at(-1)?.at)?.getTime() ?? Number.NaN);
}
