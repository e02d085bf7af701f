/** Between which capacities a group may be now: the plan's bounds, in them the schedule's, and the group's own. Pure. */
import type { SeenGroup } from './group.ts';
import type { ScaleGroupJob } from './job.ts';
import { periodAt } from './periods.ts';

export interface Bounds {
  minimum: Bound;
  maximum: Bound;
}

export interface Bound {
  capacity: number;
  reason: 'schedule' | 'bounds';
  /** As a person would say whose it is. */
  text: string;
}

type Range = Pick<SeenGroup, 'minimum' | 'maximum'>;

/** What holds while nobody overrides it. */
export function boundsNow(job: ScaleGroupJob, group: SeenGroup, now: Date): Bounds {
  const period = group.ignoresSchedule ? undefined : periodAt(job, now);
  const planned = outerBounds(job);
  if (!period) return within(group, planned);
  const since = `the schedule since ${period.at}`;
  const bound = (wanted: number | undefined, otherwise: Bound): Bound =>
    wanted === undefined
      ? otherwise
      : { capacity: clamp(wanted, job), reason: 'schedule', text: `${wanted} by ${since}` };
  return within(group, {
    minimum: bound(period.capacity ?? period.minimum, planned.minimum),
    maximum: bound(period.capacity ?? period.maximum, planned.maximum),
  });
}

/** What holds for an override by hand, too: the plan's bounds, and the group's own. */
export const hardBounds = (job: ScaleGroupJob, group: SeenGroup): Bounds => within(group, outerBounds(job));

const outerBounds = ({ minimum, maximum }: Range): Bounds => ({
  minimum: { capacity: minimum, reason: 'bounds', text: `${minimum} by the plan` },
  maximum: { capacity: maximum, reason: 'bounds', text: `${maximum} by the plan` },
});

/** AWS refuses what is outside of an Auto Scaling group's own bounds, and no group has instances that do not exist. */
function within(group: SeenGroup, { minimum, maximum }: Bounds): Bounds {
  const inGroup = (bound: Bound): Bound => {
    const capacity = clamp(bound.capacity, group);
    return capacity === bound.capacity
      ? bound
      : { capacity, reason: 'bounds', text: `${capacity} by the group itself` };
  };
  return { minimum: inGroup(minimum), maximum: inGroup(maximum) };
}

const clamp = (capacity: number, { minimum, maximum }: Range): number =>
  Math.max(minimum, Math.min(maximum, capacity));

export const clampInto = (capacity: number, { minimum, maximum }: Bounds): number =>
  clamp(capacity, { minimum: minimum.capacity, maximum: maximum.capacity });
