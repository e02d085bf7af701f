/**
 * Step scaling by AWS's arithmetic. Amazon EC2 Auto Scaling user guide, "Step and simple scaling policies";
 * API reference, StepAdjustment. Pure.
 */
import type { SeenAlarm } from './group.ts';
import type { Step, StepPolicy } from './job.ts';
import { type Opinion, type Situation, shortNumber } from './opinion.ts';

/** It speaks only while its alarm rings. */
export function stepOpinion(policy: StepPolicy, alarm: SeenAlarm, situation: Situation): Opinion {
  const { name, state } = alarm;
  if (state === 'INSUFFICIENT_DATA') return { kind: 'unknown', text: `${name} has no data` };
  if (state === 'OK') return { kind: 'none', text: `${name} is OK` };
  const difference = differenceOf(alarm);
  const step = stepFor(policy.steps, difference, alarm.rings);
  const seen = seenText(alarm, difference);
  if (!step) return { kind: 'none', text: `no step for ${seen}` };
  const { capacity } = situation.group;
  const demand = demandOf(policy, step, situation);
  const isAgreed = demand >= capacity || alarm.since <= situation.windowStart;
  return {
    kind: 'demand',
    reason: 'step',
    capacity: demand,
    ...(isAgreed ? { agreed: demand } : { agreed: capacity, objection: 'stabilizing' }),
    text: `${changeText(policy, step, situation)}: ${seen}, step ${policy.steps.indexOf(step) + 1}`,
  };
}

/**
 * It rings, so that its threshold was reached at least, though its newest value may be back already: two of three that
 * are beyond it are enough for many alarms, and some count what is missing as beyond it.
 */
function differenceOf({ value, threshold, rings }: SeenAlarm): number {
  const difference = (value ?? threshold) - threshold;
  return rings === 'above' ? Math.max(0, difference) : Math.min(0, difference);
}

/**
 * Above the threshold a lower bound belongs to its step, below it an upper bound; at the threshold it is as on the
 * side on which the alarm rings.
 */
export function stepFor(
  steps: readonly Step[],
  difference: number,
  rings: SeenAlarm['rings'],
): Step | undefined {
  const isAbove = difference > 0 || (difference === 0 && rings === 'above');
  return steps.find(({ lowerBound: lower = -Infinity, upperBound: upper = Infinity }) =>
    isAbove ? lower <= difference && difference < upper : lower < difference && difference <= upper,
  );
}

/** What a capacity becomes by a step. */
export function adjusted(
  capacity: number,
  { change }: Step,
  { adjustment, minimumMagnitude = 1 }: Pick<StepPolicy, 'adjustment' | 'minimumMagnitude'>,
): number {
  switch (adjustment) {
    case 'ExactCapacity':
      return change;
    case 'ChangeInCapacity':
      return capacity + change;
    case 'PercentChangeInCapacity': {
      // Less than one is one, beyond that the fraction is dropped. (Of none, too, or it could never come back from 0.)
      const whole = Math.trunc((capacity * Math.abs(change)) / 100);
      return capacity + Math.sign(change) * Math.max(minimumMagnitude, whole);
    }
  }
}

/**
 * What is still starting was added for a load that still shows: a step that leads to no more is under way, and one
 * that leads to more adds the rest. (User guide, "Instance warmup": with 1 of 11 starting, +10 % adds none, +30 % two.)
 */
function demandOf(policy: StepPolicy, step: Step, { group: { capacity, starting } }: Situation): number {
  if (policy.adjustment === 'ExactCapacity') return step.change;
  if (step.change < 0) return Math.max(0, adjusted(capacity, step, policy));
  return Math.max(capacity, adjusted(Math.max(0, capacity - starting), step, policy));
}

function seenText({ name, value, threshold }: SeenAlarm, difference: number): string {
  if (value === undefined) return `${name} rings without a value`;
  if (difference === 0 && value !== threshold) return `${name} rings, though at ${shortNumber(value)} by now`;
  const side = difference < 0 ? 'under' : 'over';
  return `${shortNumber(Math.abs(difference))} ${side} the threshold ${shortNumber(threshold)} of ${name}`;
}

function changeText({ adjustment }: StepPolicy, { change }: Step, { group }: Situation): string {
  if (adjustment === 'ExactCapacity') return `to ${change}`;
  const unit = adjustment === 'PercentChangeInCapacity' ? ' %' : '';
  if (change <= 0) return `${change}${unit}`;
  return `+${change}${unit}${group.starting > 0 ? ` (${group.starting} still starting)` : ''}`;
}
