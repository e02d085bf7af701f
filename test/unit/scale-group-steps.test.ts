import { describe, expect, it } from 'vitest';
import type { SeenAlarm, SeenGroup } from '../../functions/scale-group/group.ts';
import type { Step, StepPolicy } from '../../functions/scale-group/job.ts';
import { adjusted, stepFor, stepOpinion } from '../../functions/scale-group/steps.ts';
import { aGroup, ago, anAlarm, now } from './scale-group-subject.ts';

// Amazon EC2 Auto Scaling user guide, "Step adjustments for step scaling": a threshold of 50, or 60 and 40.
const outSteps: Step[] = [
  { lowerBound: 0, upperBound: 10, change: 0 },
  { lowerBound: 10, upperBound: 20, change: 10 },
  { lowerBound: 20, change: 30 },
];
const inSteps: Step[] = [
  { lowerBound: -10, upperBound: 0, change: 0 },
  { lowerBound: -20, upperBound: -10, change: -10 },
  { upperBound: -20, change: -30 },
];

describe('the step for a value', () => {
  it.each([
    // [difference from the threshold, change]
    [0, 0],
    [9.99, 0],
    [10, 10],
    [19.99, 10],
    [20, 30],
    [1000, 30],
  ])('has its lower bound in it above the threshold: %d over it', (difference, change) => {
    expect(stepFor(outSteps, difference, 'above')?.change).toBe(change);
  });

  it.each([
    [0, 0],
    [-9.99, 0],
    [-10, -10],
    [-19.99, -10],
    [-20, -30],
    [-1000, -30],
  ])('has its upper bound in it below the threshold: %d', (difference, change) => {
    expect(stepFor(inSteps, difference, 'below')?.change).toBe(change);
  });

  it('at the threshold is on the side on which the alarm rings', () => {
    const both: Step[] = [
      { lowerBound: 0, change: 1 },
      { upperBound: 0, change: -1 },
    ];
    expect(stepFor(both, 0, 'above')?.change).toBe(1);
    expect(stepFor(both, 0, 'below')?.change).toBe(-1);
  });

  it('is none where no step has the value in it', () => {
    expect(stepFor(outSteps, -0.01, 'above')).toBeUndefined();
    expect(stepFor([{ lowerBound: 5, upperBound: 10, change: 1 }], 10, 'above')).toBeUndefined();
    expect(stepFor([{ lowerBound: -10, upperBound: -5, change: -1 }], -10, 'below')).toBeUndefined();
  });
});

describe('a capacity by a step', () => {
  const by = (capacity: number, change: number, rest: Partial<StepPolicy>): number =>
    adjusted(capacity, { change }, { adjustment: 'PercentChangeInCapacity', ...rest });

  // "Scaling adjustment types"
  it.each([
    ['ChangeInCapacity', 3, 5, 8],
    ['ChangeInCapacity', 3, -1, 2],
    ['ExactCapacity', 3, 5, 5],
    ['ExactCapacity', 3, 0, 0],
    ['PercentChangeInCapacity', 10, 10, 11],
    ['PercentChangeInCapacity', 10, -10, 9],
  ] as const)('%s of %d by %d is %d', (adjustment, capacity, change, expected) => {
    expect(by(capacity, change, { adjustment })).toBe(expected);
  });

  // "values greater than 1 are rounded down: 12.7 to 12; between 0 and 1 to 1; between 0 and -1 to -1; less than -1 up:
  // -6.67 to -6"
  it.each([
    [127, 10, 12],
    [23, -29, -6],
    [5, 10, 1],
    [1, 1, 1],
    [5, -10, -1],
    [10, 70, 7],
    [100, 29, 29],
    [10, 0, 0],
  ])('of %d by %d %% is a change of %d, rounded as AWS does', (capacity, percent, change) => {
    expect(by(capacity, percent, {}) - capacity).toBe(change);
  });

  it('changes by the minimum magnitude at least, and only percentages do', () => {
    // "25 percent of 4 is 1; however, because you specified a MinAdjustmentMagnitude of 2, it is scaled out by 2"
    expect(by(4, 25, { minimumMagnitude: 2 })).toBe(6);
    expect(by(4, -25, { minimumMagnitude: 2 })).toBe(2);
    expect(by(40, 25, { minimumMagnitude: 2 })).toBe(50);
    expect(by(4, 0, { minimumMagnitude: 2 })).toBe(4);
    expect(by(4, 1, { adjustment: 'ChangeInCapacity', minimumMagnitude: 2 })).toBe(5);
  });

  it('comes back from none by a percentage', () => {
    expect(by(0, 50, {})).toBe(1);
  });
});

describe('a step policy', () => {
  const policy = (steps: Step[], adjustment: StepPolicy['adjustment'] = 'PercentChangeInCapacity') =>
    ({ kind: 'step', alarm: 'cpu', steps, adjustment }) satisfies StepPolicy;
  const opinion = (one: StepPolicy, alarm: Partial<SeenAlarm>, group: Partial<SeenGroup> = {}) =>
    stepOpinion(one, anAlarm(alarm), { group: aGroup(group), state: {}, now, windowStart: ago(300) });
  const low = { name: 'cpu-low', threshold: 40, rings: 'below' } as const;

  // The user guide's walk: from 10 instances by 60 and 70 to 14, by 40 and 30 back to 10.
  it.each([
    [{ threshold: 50, value: 60 }, outSteps, 10, 11],
    [{ threshold: 50, value: 70 }, outSteps, 11, 14],
    [{ ...low, threshold: 50, value: 40 }, inSteps, 14, 13],
    [{ ...low, threshold: 50, value: 30 }, inSteps, 13, 10],
  ] as const)('goes the way of the user guide: %o', (alarm, steps, capacity, expected) => {
    expect(opinion(policy([...steps]), alarm, { capacity })).toMatchObject({
      kind: 'demand',
      capacity: expected,
      agreed: expected,
    });
  });

  // "Instance warmup": 10 in service, one more is starting.
  it('adds a step once while it is starting, and the rest of a larger one', () => {
    const starting = { capacity: 11, starting: 1 };
    expect(opinion(policy(outSteps), { threshold: 50, value: 62 }, starting)).toMatchObject({ capacity: 11 });
    expect(opinion(policy(outSteps), { threshold: 50, value: 70 }, starting)).toMatchObject({ capacity: 13 });
    // More starts than the step asks for: none of it is taken back.
    const manyStarting = { capacity: 13, starting: 5 };
    expect(opinion(policy(outSteps), { threshold: 50, value: 62 }, manyStarting)).toMatchObject({
      capacity: 13,
    });
    const plusThree = policy([{ lowerBound: 0, change: 3 }], 'ChangeInCapacity');
    expect(opinion(plusThree, {}, { capacity: 13, starting: 3 })).toMatchObject({
      capacity: 13,
      text: '+3 (3 still starting): 13.4 over the threshold 60 of cpu-high, step 1',
    });
  });

  it('takes the step at the threshold if nobody knows the value', () => {
    const steps = [
      { lowerBound: 0, upperBound: 10, change: 1 },
      { lowerBound: 10, change: 5 },
    ];
    expect(opinion(policy(steps, 'ChangeInCapacity'), { value: undefined })).toMatchObject({
      capacity: 11,
      text: '+1: cpu-high rings without a value, step 1',
    });
    const less = [
      { upperBound: -10, change: -5 },
      { lowerBound: -10, upperBound: 0, change: -1 },
    ];
    expect(opinion(policy(less, 'ChangeInCapacity'), { ...low, value: undefined })).toMatchObject({
      capacity: 9,
    });
  });

  // "2 out of 3 datapoints", or a missing value that counts as one beyond the threshold.
  it('takes the step at the threshold while its alarm rings though the newest value does not', () => {
    const more = policy([{ lowerBound: 0, change: 1 }], 'ChangeInCapacity');
    expect(opinion(more, { value: 59 })).toMatchObject({
      capacity: 11,
      text: '+1: cpu-high rings, though at 59 by now, step 1',
    });
    const less = policy([{ upperBound: 0, change: -1 }], 'ChangeInCapacity');
    expect(opinion(less, { ...low, value: 41 })).toMatchObject({ capacity: 9 });
  });

  it('says nothing while its alarm is silent, or no step is there', () => {
    expect(opinion(policy(outSteps), { state: 'OK' })).toEqual({ kind: 'none', text: 'cpu-high is OK' });
    expect(opinion(policy([{ lowerBound: 20, change: 1 }]), { value: 70 })).toEqual({
      kind: 'none',
      text: 'no step for 10 over the threshold 60 of cpu-high',
    });
  });

  it('is unknown without data', () => {
    expect(opinion(policy(outSteps), { state: 'INSUFFICIENT_DATA' })).toMatchObject({ kind: 'unknown' });
  });

  it('agrees to fewer once its alarm has rung for the whole window', () => {
    const less = policy([{ upperBound: 0, change: -2 }], 'ChangeInCapacity');
    expect(opinion(less, { ...low, value: 20, since: ago(300) })).toMatchObject({
      capacity: 8,
      agreed: 8,
    });
    expect(opinion(less, { ...low, value: 20, since: ago(299) })).toMatchObject({
      capacity: 8,
      agreed: 10,
      objection: 'stabilizing',
    });
  });

  it('leads to an exact capacity either way, and never below none', () => {
    const exact = policy([{ change: 6 }], 'ExactCapacity');
    expect(opinion(exact, {}, { capacity: 4, starting: 2 })).toMatchObject({ capacity: 6 });
    expect(opinion(exact, {}, { capacity: 9 })).toMatchObject({ capacity: 6 });
    const many = policy([{ change: -20 }], 'ChangeInCapacity');
    expect(opinion(many, {})).toMatchObject({ capacity: 0 });
  });
});
