/** Who decides, and what is shown to it. */
import type { Fleet } from './fleet.ts';

export interface View {
  /** The minute that begins. */
  minute: number;
  fleet: Fleet;
  /** The metric's value of each minute that CloudWatch shows so far. */
  values: readonly number[];
  /** The load of each of these minutes: what has come to a queue. */
  arrivals: readonly number[];
}

/** The capacity that the fleet shall have. */
export type Side = (view: View) => number;

export const bounds = { minimum: 2, maximum: 40 };

/** Of alarms: rings at once, adds and removes two. */
export interface Thresholds {
  high: number;
  low: number;
}
export const change = 2;
