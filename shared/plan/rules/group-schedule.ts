/** What a group's schedule demands: within its bounds, and one thing at a time. */
import type { Period } from '../../../functions/scale-group/job.ts';
import type { DraftGroup, DraftPeriod } from '../draft-groups.ts';
import type { Mistake } from '../mistakes.ts';

export function periodMistakes(group: DraftGroup): Mistake[] {
  const { schedule } = group;
  return [
    ...schedule.flatMap((entry, index) => [
      ...demandMistakes(entry),
      ...(entry.period ? rangeMistakes(entry.period, entry, group) : []),
      ...momentMistakes(entry, schedule.slice(0, index)),
    ]),
    ...exceptMistakes(group),
  ];
}

function demandMistakes({ path, given }: DraftPeriod): Mistake[] {
  const bounds = ['minimum', 'maximum'].filter((key) => key in given);
  if ('capacity' in given === (bounds.length === 0)) return [];
  const has = bounds.length === 0 ? 'demands nothing' : `has "capacity" beside "${bounds.join('" and "')}"`;
  return [{ path, message: `${has}; expected "capacity" alone, or "minimum", "maximum" or both` }];
}

const demands = ['minimum', 'maximum', 'capacity'] as const;

/** Otherwise the group's bounds would win without a word. Of bounds that are none themselves it is said there. */
function rangeMistakes(
  period: Period,
  { path }: DraftPeriod,
  { minimum = 0, maximum }: DraftGroup,
): Mistake[] {
  const most = maximum ?? Number.POSITIVE_INFINITY;
  if (minimum > most) return [];
  const outside = demands.flatMap((key) => {
    const value = period[key];
    if (value === undefined || (value >= minimum && value <= most)) return [];
    const message = `${value} is outside of the group's own bounds; expected ${minimum} to ${most}`;
    return [{ path: [...path, key], message }];
  });
  if (outside.length > 0 || period.minimum === undefined || period.maximum === undefined) return outside;
  if (period.minimum <= period.maximum) return [];
  const message = `${period.minimum} is more than "maximum" beside it, which is ${period.maximum}; expected that at most`;
  return [{ path: [...path, 'minimum'], message }];
}

function momentMistakes({ path, period }: DraftPeriod, earlier: readonly DraftPeriod[]): Mistake[] {
  if (!period) return [];
  const day = period.days.find((candidate) =>
    earlier.some((other) => other.period?.at === period.at && other.period.days.includes(candidate)),
  );
  if (day === undefined) return [];
  const message = `another entry begins on ${day} at ${period.at}, too; expected one at a time`;
  return [{ path: [...path, 'at'], message }];
}

/**
 * Of no instance nothing is measured that a target could be held against: what it has shrunk to 0 stays at 0. A
 * `capacity: 0` that the clock ends is another thing.
 */
export function standstillMistakes({ path, minimum, policies, schedule }: DraftGroup): Mistake[] {
  const isByTargets = policies.length > 0 && policies.every(({ kinds }) => kinds.join() === 'target');
  if (!isByTargets || minimum !== 0) return [];
  const message =
    'a target alone never leaves 0 instances; expected a minimum of 1 or more, or another policy';
  if (schedule.length === 0) return [{ path: [...path, 'minimum'], message }];
  return schedule
    .filter(({ period }) => period && canReachZero(period))
    .map((entry) => ({ path: entry.path, message }));
}

const canReachZero = ({ minimum = 0, maximum, capacity }: Period): boolean =>
  capacity === undefined && minimum === 0 && maximum !== 0;

function exceptMistakes({ path, schedule, hasExceptDates }: DraftGroup): Mistake[] {
  if (!hasExceptDates || schedule.length > 0) return [];
  const message = 'has no meaning by itself; expected "schedule" beside it';
  return [{ path: [...path, 'exceptDates'], at: 'key', message }];
}
