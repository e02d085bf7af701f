/** A group and its load, as far as the decision looks at them: no SDK type, no clock. */

/** What was seen of a group. */
export interface SeenGroup {
  /** What it shall have by now: instances that are starting are among them, those that drain are not. */
  capacity: number;
  /** How many of these are not there yet, or for less than the warm-up. */
  starting: number;
  /** From when on each one takes load: its start and the warm-up after it. Those known to be unhealthy are left out. */
  serving: readonly Date[];
  /** Its own bounds: an Auto Scaling group's, or none and all the instances that there are. */
  minimum: number;
  maximum: number;
  /** Why it may not grow, or shrink, now: one of the reasons that docs/scale-group.md lists. */
  heldOut?: HeldReason;
  heldIn?: HeldReason;
  /** The group's processes AlarmNotification, or ScheduledActions, are suspended: policies, or the schedule, have no say. */
  ignoresPolicies?: boolean;
  ignoresSchedule?: boolean;
}

export type HeldReason =
  | 'refresh-in-progress'
  | 'activity-in-progress'
  | 'launch-suspended'
  | 'terminate-suspended'
  | 'being-deleted';

export interface SeenAlarm {
  name: string;
  state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** When it came into this state. */
  since: Date;
  threshold: number;
  /** On which side of the threshold it rings. */
  rings: 'above' | 'below';
  /** The newest value of its metric; undefined if there is none. */
  value: number | undefined;
}

/**
 * Values of a metric over the stabilisation window, the oldest first, one a period. A period without one is missing.
 * `at` is CloudWatch's timestamp: when the period begins.
 */
export interface Series {
  periodSeconds: number;
  samples: readonly { at: Date; value: number }[];
  /** What was measured just now, where not only CloudWatch knows it. */
  current?: number;
  /** Of a queue: how many messages workers have in hand now, which are none of its values. */
  inHand?: number;
  /** Of a queue: how many messages came in each period. */
  arrivals?: readonly { at: Date; value: number }[];
}

/** What was seen for each policy of the job, in their order. */
export type Signal =
  | { kind: 'alarm'; alarm: SeenAlarm }
  | { kind: 'series'; series: Series }
  /**
   * It does not exist, cannot be read, or has no data: nothing follows from it but that nothing may be taken away.
   * `isFault`: it will not come by itself, or nobody would know that it does not come; the run ends with an error.
   */
  | { kind: 'unknown'; why: string; isFault?: true };

/** One change of a group that AWS has shown to have happened. */
export interface Change {
  at: Date;
  from: number;
  to: number;
}

/** By hand: this capacity until then. */
export interface Override {
  capacity: number;
  until: Date;
  /** What the group had before, for its end. */
  before: number;
}

/** What is remembered of a group between runs: the cooldown ledger, one for alarms, schedules and people. */
export interface GroupState {
  lastOut?: Change;
  lastIn?: Change & {
    /** The one before it: what there was before that is not remembered. */
    previousAt?: Date;
  };
  /**
   * Written before AWS is asked; it becomes `lastOut` or `lastIn`, and its alarm `actedOn`, once AWS shows it,
   * and is forgotten if not.
   */
  begun?: Change & { actedOn?: string };
  override?: Override;
  /** The time of the alarm's transition that was acted on last: its event may come again. */
  actedOn?: string;
}
