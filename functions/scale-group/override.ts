/** A capacity by hand, for a time. Pure. */
import type { GroupState, Override, SeenGroup } from './group.ts';
import type { ScaleGroupJob } from './job.ts';
import { nextMoment } from './periods.ts';

/**
 * The override that a run has to go by: the job's own, or the one that is remembered. One that has ended stays until its
 * end is carried out ({@link isOver}). What the group had before the first of several is what comes back.
 */
export function overrideOf(
  { override: asked, timezone }: Pick<ScaleGroupJob, 'override' | 'timezone'>,
  { capacity }: Pick<SeenGroup, 'capacity'>,
  { override: remembered }: Pick<GroupState, 'override'>,
  now: Date,
): Override | undefined {
  if (asked === undefined) return remembered;
  if (asked === 'end')
    return remembered && { ...remembered, until: remembered.until < now ? remembered.until : now };
  const until = nextMoment(asked.until, timezone, now);
  return { capacity: asked.capacity, until, before: remembered?.before ?? capacity };
}

export const isOver = ({ until }: Override, now: Date): boolean => until <= now;
