/** Which capacity a group shall have, and the arithmetic that leads there. Pure. */
import type { GroupState, SeenGroup, Signal } from './group.ts';
import type { ScaleGroupJob } from './job.ts';

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
  /** By hand, and its end. */
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
  | NonNullable<SeenGroup['heldOut']>;

export interface Decision {
  kind: 'scale-out' | 'scale-in' | 'keep';
  reason: ScaleReason | KeepReason;
  from: number;
  to: number;
  /** As a person would say it: "+3: 13.4 over the threshold, step 2; clamped 12 to 10". */
  arithmetic: string;
}

export declare function decideCapacity(subject: Subject): Decision;
