/** A capacity by hand, for a time. Pure. */
import { EventError } from '../../shared/errors.ts';
import { day } from '../../shared/plan/zones.ts';
import type { GroupState, Override, SeenGroup } from './group.ts';
import type { ScaleGroupJob } from './job.ts';
import { nextMoment } from './periods.ts';

type Asking = Pick<ScaleGroupJob, 'override' | 'policies' | 'stabilizationSeconds' | 'timezone'>;

/**
 * The override that a run has to go by: the job's own, or the one that is remembered. One that has ended stays until its
 * end is carried out ({@link isOver}), or is too long ago. What the group had before the first of several is what comes
 * back.
 */
export function overrideOf(
  job: Asking,
  { capacity }: Pick<SeenGroup, 'capacity'>,
  { override }: Pick<GroupState, 'override'>,
  now: Date,
): Override | undefined {
  const remembered = override && !isForgotten(override, job, now) ? override : undefined;
  const { override: asked, timezone } = job;
  if (asked === undefined || asked === 'end') return remembered;
  const until = nextMoment(asked.until, timezone, now);
  refuseStrange(until, now);
  return { capacity: asked.capacity, until, before: remembered?.before ?? capacity };
}

/** Nobody wants it for longer; a mistyped year would keep the group from its load for all of them. */
const longest = 366 * day;

/** What has ended before it begins would be carried out as an end. */
function refuseStrange(until: Date, now: Date): void {
  if (until > now && until.getTime() - now.getTime() <= longest) return;
  throw new EventError(
    `The override is until ${until.toISOString()}: expected a moment within a year from now`,
  );
}

export const isOver = ({ until }: Override, now: Date): boolean => until <= now;

/** Two of the longest ticks. */
const leastPatience = 600;

/**
 * What kept the group from having what it had before (a signal that is unknown, a hold of AWS) may take hours, and what
 * was before is no measure by then: policies know better. Without any nothing else would ever take it back.
 */
function isForgotten({ until }: Override, { policies, stabilizationSeconds }: Asking, now: Date): boolean {
  const patience = Math.max(stabilizationSeconds, leastPatience) * 1_000;
  return policies.length > 0 && now.getTime() - until.getTime() > patience;
}
