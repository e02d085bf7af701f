/** As many as keep a metric at a value. Amazon EC2 Auto Scaling user guide, "Target tracking scaling policies". Pure. */
import type { Series } from './group.ts';
import type { TargetPolicy } from './job.ts';
import { type Opinion, type Situation, shortNumber } from './opinion.ts';
import { demandFrom, type Sample, seriesOpinion } from './series.ts';

export function targetOpinion(policy: TargetPolicy, series: Series, situation: Situation): Opinion {
  const { metric, value: target } = policy;
  const demandOf = ({ at, value }: Sample): number | undefined => {
    const measured = capacityAt(at, situation);
    if (measured === undefined) return undefined;
    return demandFrom((measured * value) / target, measured, situation.group.capacity);
  };
  return seriesOpinion(
    series,
    {
      reason: 'target',
      demandNow: demandOf,
      demandThen: demandOf,
      text: ({ value }, demand) =>
        `${metric.name} is ${shortNumber(value)} for a target of ${shortNumber(target)}: ${demand}`,
    },
    situation,
  );
}

/**
 * The capacity that a value was measured of, in the group's own units: what came into service since was no part of it,
 * what was removed since was. Otherwise the same high value would add instances again as soon as the first ones serve.
 */
function capacityAt(at: Date, { group, state: { lastIn }, now }: Situation): number | undefined {
  // Only the last removal is remembered: how many there were before the one before it, nobody knows.
  if (lastIn?.previousAt && at < lastIn.previousAt) return undefined;
  const { capacity, starting, serving } = group;
  const today = serving.filter((since) => since <= now).length;
  const then = serving.filter((since) => since <= at).length;
  if (then === 0) return undefined;
  const removed = lastIn && at < lastIn.at ? lastIn.from - lastIn.to : 0;
  return (Math.max(0, capacity - starting) * then) / today + removed;
}
