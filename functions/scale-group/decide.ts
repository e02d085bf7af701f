/** Which capacity a group shall have, and the arithmetic that leads there. Pure. */
import { type Bounds, boundsNow, clampInto, hardBounds } from './bounds.ts';
import { byLoad, type Course, clampText } from './by-load.ts';
import type { GroupState, HeldReason, Override, SeenGroup, Signal } from './group.ts';
import { firmestOf, type Heard, hear } from './hear.ts';
import type { ScaleGroupJob } from './job.ts';
import { isOver } from './override.ts';
import { isRepeated } from './transition.ts';

export interface Subject {
  job: ScaleGroupJob;
  group: SeenGroup;
  /** One for each policy of the job. */
  signals: readonly Signal[];
  state: GroupState;
  now: Date;
}

export type ScaleReason =
  /** A step policy's alarm, a metric off its target, a queue's backlog. */
  | 'step'
  | 'target'
  | 'backlog'
  /** Outside what the schedule, or the plan's bounds, demand now. */
  | 'schedule'
  | 'bounds'
  /** By hand, and its end: kept with this reason, too, if the group has already what it shall have after it. */
  | 'override'
  | 'override-ended';

export type KeepReason =
  | 'enough'
  | 'cooldown-out'
  | 'cooldown-in'
  | 'stabilizing'
  | 'signal-unknown'
  | 'overridden'
  | 'already-acted'
  | 'alarms-suspended'
  | HeldReason;

export interface Decision {
  kind: 'scale-out' | 'scale-in' | 'keep';
  reason: ScaleReason | KeepReason;
  from: number;
  to: number;
  /** As a person would say it: "+3: 13.4 over the threshold, step 2; clamped 12 to 10". */
  arithmetic: string;
}

/**
 * What the group shall have now, by all that was seen of it; the cause of the run is no matter, but that the same event
 * of an alarm acts once.
 *
 * @example
 * decideCapacity({ job, group, signals, state, now });
 * // { kind: 'scale-out', reason: 'step', from: 9, to: 10,
 * //   arithmetic: '+3: 13.4 over the threshold 60 of cpu-high, step 2; clamped 12 to 10 by the plan' }
 */
export function decideCapacity(subject: Subject): Decision {
  const { job, group, state } = subject;
  const from = group.capacity;
  if (isRepeated(job, state)) {
    return { kind: 'keep', reason: 'already-acted', from, to: from, arithmetic: `acted on ${state.actedOn}` };
  }
  const { to, reason, texts } = courseOf(subject);
  const arithmetic = texts.join('; ');
  const kind = to > from ? 'scale-out' : to < from ? 'scale-in' : 'keep';
  const hold = holdOf(kind, group);
  if (!hold) return { kind, reason, from, to, arithmetic };
  return { kind: 'keep', reason: hold, from, to: from, arithmetic: `${arithmetic}; not ${to} now: ${hold}` };
}

function courseOf(subject: Subject): Course {
  const { job, group, signals, state, now } = subject;
  if (state.override && !isOver(state.override, now)) return byHand(state.override, subject);
  const bounds = boundsNow(job, group, now);
  const windowStart = new Date(now.getTime() - job.stabilizationSeconds * 1000);
  const policies = group.ignoresPolicies ? [] : job.policies;
  const heard = hear(policies, signals, { group, state, now, windowStart });
  const course = state.override && afterHand(state.override, group, bounds, heard);
  return course ?? byLoad(subject, bounds, heard);
}

function byHand({ capacity, until }: Override, { job, group }: Subject): Course {
  const bounds = hardBounds(job, group);
  const to = clampInto(capacity, bounds);
  return {
    to,
    reason: to === group.capacity ? 'overridden' : 'override',
    texts: [`${capacity} by hand until ${until.toISOString()}`, ...clampText(capacity, bounds)],
  };
}

/**
 * What the policies agree to or, if they demand nothing, what was before: a person's moment needs no cooldown. A step
 * that takes some away takes them from what a person has set: of how many the load needs it says nothing.
 */
function afterHand(
  { before }: Override,
  group: SeenGroup,
  bounds: Bounds,
  { demands, unknown }: Heard,
): Course | undefined {
  // One that adds may demand what there is: that still starts, and was added for it. At 0 none adds so.
  const least = Math.max(1, group.capacity);
  const firmest = firmestOf(demands.filter(({ reason, capacity }) => reason !== 'step' || capacity >= least));
  const wanted = firmest?.agreed ?? before;
  const to = clampInto(wanted, bounds);
  if (unknown !== undefined && to < group.capacity) return undefined;
  const why = firmest?.text ?? `${before} as before`;
  return {
    to,
    reason: 'override-ended',
    texts: [`the override has ended: ${why}`, ...clampText(wanted, bounds)],
  };
}

function holdOf(kind: Decision['kind'], { heldOut, heldIn }: SeenGroup): HeldReason | undefined {
  switch (kind) {
    case 'scale-out':
      return heldOut;
    case 'scale-in':
      return heldIn;
    case 'keep':
      return undefined;
  }
}
