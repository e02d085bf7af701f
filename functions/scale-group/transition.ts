/** The alarm's event that a group was last changed by: it, and older ones, may come again. Pure. */
import type { GroupState } from './group.ts';
import type { ScaleGroupJob } from './job.ts';

type AlarmEvent = NonNullable<ScaleGroupJob['alarm']>;

/** What is remembered of an event that was acted on: its time alone, since a row of the ledger is short, and names are long. */
export const transitionOf = ({ at }: Pick<AlarmEvent, 'at'>): string => at;

/**
 * Whether all that an event can tell was acted on already. Any older one is as good as the same: whoever acted on the
 * newer one saw all the alarms as they were then.
 */
export function isRepeated({ alarm }: Pick<ScaleGroupJob, 'alarm'>, { actedOn }: GroupState): boolean {
  if (!alarm || actedOn === undefined) return false;
  return Date.parse(alarm.at) <= Date.parse(actedOn);
}
