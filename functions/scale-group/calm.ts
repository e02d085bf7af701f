/** Until when a group is left as it is after a change. Pure. */
import type { Change, GroupState } from './group.ts';
import type { ScaleGroupJob } from './job.ts';

type Pace = Pick<ScaleGroupJob, 'cooldown' | 'warmupSeconds'>;

/** Something may be added again from then on. */
export const calmUntilOut = ({ lastOut, begun }: GroupState, { cooldown }: Pace): Date =>
  latest(ends([lastOut, begun].filter(isOut), cooldown.outSeconds));

/**
 * Something may be removed again from then on. Not while what was added warms up: AWS does not, either (user guide,
 * "Step and simple scaling policies", considerations).
 */
export function calmUntilIn({ lastOut, lastIn, begun }: GroupState, { cooldown, warmupSeconds }: Pace): Date {
  const changes = [lastOut, lastIn, begun].filter((change) => change !== undefined);
  const added = changes.filter(isOut);
  return latest([...ends(changes, cooldown.inSeconds), ...ends(added, warmupSeconds)]);
}

const isOut = (change: Change | undefined): change is Change =>
  change !== undefined && change.to > change.from;

const ends = (changes: readonly Change[], seconds: number): number[] =>
  changes.map(({ at }) => at.getTime() + seconds * 1000);

/** The start of time if there was none. */
const latest = (moments: readonly number[]): Date => new Date(Math.max(0, ...moments));
