/** Policies of groups: one kind each, steps without gaps, and alarms that CloudWatch takes. */
import type { Step } from '../../../functions/scale-group/job.ts';
import type { DraftAlarm, DraftGroup, DraftPolicy } from '../draft-groups.ts';
import type { Mistake, Path } from '../mistakes.ts';
import { policyKinds } from '../schema/group-policies.ts';

export const policyMistakes = (group: DraftGroup): Mistake[] =>
  group.policies.flatMap((policy) => [
    ...kindMistakes(policy),
    ...magnitudeMistakes(policy),
    ...stepMistakes(policy.steps ?? [], [...policy.path, 'step', 'steps']),
    ...exactMistakes(policy),
    ...sideMistakes(policy),
    ...measureMistakes(policy, group),
  ]);

const quoted = (keys: readonly string[]): string[] => keys.map((key) => `"${key}"`);

function kindMistakes({ path, kinds }: DraftPolicy): Mistake[] {
  if (kinds.length === 1) return [];
  const has = kinds.length === 0 ? 'follows nothing' : `has ${quoted(kinds).join(' and ')}`;
  return [{ path, message: `${has}; expected exactly one of ${quoted(policyKinds).join(', ')}` }];
}

function magnitudeMistakes({ path, adjustment, minimumMagnitude }: DraftPolicy): Mistake[] {
  if (minimumMagnitude === undefined || adjustment === 'PercentChangeInCapacity') return [];
  const message = 'has no meaning without percents; expected "adjustment: PercentChangeInCapacity" beside it';
  return [{ path: [...path, 'step', 'minimumMagnitude'], at: 'key', message }];
}

function exactMistakes({ path, adjustment, steps = [] }: DraftPolicy): Mistake[] {
  if (adjustment !== 'ExactCapacity') return [];
  return steps.flatMap(({ change }, index) =>
    change >= 0
      ? []
      : [
          {
            path: [...path, 'step', 'steps', index, 'change'],
            message: `${change} is no number of instances; expected 0 or more with "ExactCapacity"`,
          },
        ],
  );
}

const lowerOf = ({ lowerBound }: Step): number => lowerBound ?? Number.NEGATIVE_INFINITY;
const upperOf = ({ upperBound }: Step): number => upperBound ?? Number.POSITIVE_INFINITY;

/** Amazon EC2 Auto Scaling user guide, "Step adjustments": no overlap, no gap, and an end on neither side. */
function stepMistakes(steps: readonly Step[], path: Path): Mistake[] {
  const sorted = [...steps].sort((a, b) => lowerOf(a) - lowerOf(b));
  const at = (step: Step | undefined, message: string): Mistake => ({
    path: step ? [...path, steps.indexOf(step)] : path,
    message,
  });
  const backward = steps.filter((step) => lowerOf(step) >= upperOf(step));
  if (backward.length > 0)
    return backward.map((step) => at(step, 'has nothing in it; expected "upperBound" above "lowerBound"'));
  const mistakes = sorted.slice(1).flatMap((step, index) => {
    const end = upperOf(sorted[index] as Step);
    if (end === lowerOf(step)) return [];
    const what =
      end > lowerOf(step) ? 'overlaps the step before it' : 'leaves a gap after the step before it';
    return [at(step, `${what}; expected it to begin where that ends`)];
  });
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first && lowerOf(first) < 0 && first.lowerBound !== undefined)
    mistakes.push(at(first, 'leaves out what is further below; expected one step without "lowerBound"'));
  if (last && upperOf(last) > 0 && last.upperBound !== undefined)
    mistakes.push(at(last, 'leaves out what is further above; expected one step without "upperBound"'));
  return mistakes;
}

/** Of an alarm that you have the side is not known here. */
function sideMistakes({ path, alarm, steps = [] }: DraftPolicy): Mistake[] {
  const sides = ['above', 'below'].filter((key) => alarm && key in alarm.given);
  if (sides.length !== 1) return [];
  const isIdle = (step: Step) => (sides[0] === 'above' ? upperOf(step) <= 0 : lowerOf(step) >= 0);
  return steps.flatMap((step, index) => {
    if (!isIdle(step)) return [];
    const message = `never holds, since the alarm rings ${sides[0]} its threshold; expected bounds that are differences ${sides[0] === 'above' ? 'of 0 and more' : 'of 0 and less'}`;
    return [{ path: [...path, 'step', 'steps', index], message }];
  });
}

/**
 * Amazon EC2 user guide, "CloudWatch metrics that are available for your instances": without a dimension its metrics
 * are of all instances of the region that have detailed monitoring, and of no group.
 */
function measureMistakes({ path, target }: DraftPolicy, { kinds, autoScalingGroup }: DraftGroup): Mistake[] {
  if (target?.namespace !== 'AWS/EC2' || target.perInstance || kinds.length !== 1) return [];
  const { dimensions } = target;
  const isByTag = kinds.includes('instances');
  if (isByTag ? Object.keys(dimensions).length > 0 : 'AutoScalingGroupName' in dimensions) return [];
  const expected = isByTag
    ? '"perInstance: true" beside it, for the average of its instances'
    : `"dimensions: { AutoScalingGroupName: ${autoScalingGroup ?? '…'} }" beside it`;
  const message = `"AWS/EC2" measures nothing of this group by itself; expected ${expected}`;
  return [{ path: [...path, 'target', 'metric', 'namespace'], message }];
}

export const alarmMistakes = ({ policies }: DraftGroup): Mistake[] =>
  policies.flatMap(({ alarm }) => (alarm ? [...thresholdMistakes(alarm), ...lengthMistakes(alarm)] : []));

function thresholdMistakes({ path, given }: DraftAlarm): Mistake[] {
  const keys = ['above', 'below'].filter((key) => key in given);
  if (keys.length === 1) return [];
  const has = keys.length === 0 ? 'has no threshold' : `has ${quoted(keys).join(' and ')}`;
  return [{ path, message: `${has}; expected exactly one of "above" and "below"` }];
}

function lengthMistakes({ path, minutes, periodSeconds }: DraftAlarm): Mistake[] {
  if (minutes === undefined || periodSeconds === undefined || (minutes * 60) % periodSeconds === 0) return [];
  const message = `${minutes} minutes are no whole number of periods of ${periodSeconds} seconds; expected a multiple of ${periodSeconds / 60}`;
  return [{ path: [...path, 'minutes'], message }];
}
