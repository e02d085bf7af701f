/** The alarm's event that a group was last changed by: it, and older ones, may come again. Pure. */
import type { GroupState } from './group.ts';
import type { ScaleGroupJob } from './job.ts';

type AlarmEvent = NonNullable<ScaleGroupJob['alarm']>;

/** What is remembered of an event that was acted on. */
export const transitionOf = ({ name, at }: Pick<AlarmEvent, 'name' | 'at'>): string => `${name}@${at}`;

/**
 * Whether all that an event can tell was acted on already. Any older one is as good as the same: whoever acted on the
 * newer one saw all the alarms as they were then.
 */
export function isRepeated({ alarm }: Pick<ScaleGroupJob, 'alarm'>, { actedOn }: GroupState): boolean {
  if (!alarm || actedOn === undefined) return false;
  const last = actedOn.slice(actedOn.lastIndexOf('@') + 1);
  return Date.parse(alarm.at) <= Date.parse(last);
}
