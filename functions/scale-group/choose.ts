/** Which members are started, taken out of service, or kept in it after all. Pure. */
import { counts, isUp, type Member } from './members.ts';

/** How many count in each zone. */
export type Zones = Map<string, number>;

export function zonesOf(members: readonly Member[]): Zones {
  const zones: Zones = new Map();
  for (const member of members) if (counts(member)) addTo(zones, member);
  return zones;
}

export function addTo(zones: Zones, { zone }: Pick<Member, 'zone'>, count: 1 | -1 = 1): void {
  zones.set(zone, (zones.get(zone) ?? 0) + count);
}

/** Those that may be started at all. */
export const startable = (members: readonly Member[]): Member[] =>
  members.filter(({ state, isProtected }) => state === 'stopped' && !isProtected);

/** Of these the next one to start: in the zone that has the fewest, the one that was stopped longest; what has failed, last. */
export function chooseStart(candidates: readonly Member[], zones: Zones): Member | undefined {
  return first(candidates, (member) => [
    member.failure ? 1 : 0,
    zones.get(member.zone) ?? 0,
    member.stoppedAt.getTime(),
  ]);
}

/** Those whose drain is called off where more are wanted: the last ones that were chosen, and none that is ill. */
export const resumable = (members: readonly Member[]): Member[] =>
  members
    .filter((member) => isUp(member) && !counts(member) && !member.isProtected && !member.isUnhealthy)
    .sort((one, other) => timeOf(other.drainingSince) - timeOf(one.drainingSince));

const timeOf = (mark: Date | undefined): number => {
  const time = mark?.getTime() ?? 0;
  return Number.isNaN(time) ? 0 : time;
};

/** Those that may be taken out of service at all. */
export const drainable = (members: readonly Member[]): Member[] =>
  members.filter((member) => counts(member) && !member.isProtected);

/**
 * Of these the next one to go: one that is ill first, then one that takes no load yet (a schedule, or a person, does not
 * wait for its warm-up), then in the zone that has the most the longest running.
 */
export function chooseDrain(candidates: readonly Member[], zones: Zones): Member | undefined {
  return first(candidates, (member) => [
    member.isUnhealthy ? 0 : 1,
    member.isStarting ? 0 : 1,
    -(zones.get(member.zone) ?? 0),
    member.startedAt.getTime(),
  ]);
}

/** The one whose rank is the lowest, number by number; of equals the first by its id, so that two runs choose alike. */
function first(members: readonly Member[], rankOf: (member: Member) => number[]): Member | undefined {
  const ranked = members.map((member) => ({ member, rank: rankOf(member) }));
  ranked.sort((one, other) => compare(one.rank, other.rank) || (one.member.id < other.member.id ? -1 : 1));
  return ranked[0]?.member;
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (const [index, value] of one.entries()) {
    const difference = value - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
