/** Groups: each of one thing that is no other's, within bounds that make sense, by policies that do. */
import type { Draft } from '../draft.ts';
import { type DraftGroup, groupKinds } from '../draft-groups.ts';
import { groupAlarmId, groupResourceId } from '../logical-ids.ts';
import { type Mistake, quote } from '../mistakes.ts';
import { balancerMistakes } from './group-balancers.ts';
import { alarmMistakes, policyMistakes } from './group-policies.ts';
import { periodMistakes, standstillMistakes } from './group-schedule.ts';

export function groupMistakes({ groups }: Draft, region: string): Mistake[] {
  return [
    ...groups.flatMap((group, index) => {
      const earlier = groups.slice(0, index);
      return [
        ...nameMistakes(group, earlier),
        ...kindMistakes(group),
        ...sharingMistakes(group, earlier),
        ...wildcardMistakes(group),
        ...balancerMistakes(group, region),
        ...boundMistakes(group),
        ...policyMistakes(group),
        ...alarmMistakes(group),
        ...periodMistakes(group),
        ...standstillMistakes(group),
      ];
    }),
    ...alarmTwins(groups),
  ];
}

function nameMistakes({ name, path }: DraftGroup, earlier: readonly DraftGroup[]): Mistake[] {
  if (name === undefined) return [];
  const at = [...path, 'name'];
  if (earlier.some((other) => other.name === name))
    return [{ path: at, message: `"${name}" is the name of another group; expected each name once` }];
  const idOf = (group: string) => groupResourceId(group, 'TickSchedule');
  const twin = earlier.find((other) => other.name !== undefined && idOf(other.name) === idOf(name));
  if (!twin) return [];
  const message = `"${name}" gives the same resources as group "${twin.name}" (${idOf(name)}); expected names that differ in more than their hyphens`;
  return [{ path: at, message }];
}

function kindMistakes({ path, kinds }: DraftGroup): Mistake[] {
  if (kinds.length === 1) return [];
  const expected = `expected exactly one of ${groupKinds.map((kind) => `"${kind}"`).join(', ')}`;
  const has = kinds.length === 0 ? 'is of nothing' : `has ${kinds.map((kind) => `"${kind}"`).join(' and ')}`;
  return [{ path, message: `${has}; ${expected}` }];
}

/** Two that steer the same instances would undo each other's work. */
function sharingMistakes(group: DraftGroup, earlier: readonly DraftGroup[]): Mistake[] {
  const other = earlier.find((candidate) => share(group, candidate));
  if (!other) return [];
  const { path, autoScalingGroup, tags } = group;
  const at = tags === undefined ? 'autoScalingGroup' : 'instances';
  const message = `${quote(tags ?? autoScalingGroup)} is scaled by ${calledOf(other)} already; expected each instance in one group`;
  return [{ path: [...path, at], message }];
}

function share(one: DraftGroup, other: DraftGroup): boolean {
  if (one.autoScalingGroup !== undefined && one.autoScalingGroup === other.autoScalingGroup) return true;
  if (!one.tags || !other.tags) return false;
  return isWithin(one.tags, other.tags) || isWithin(other.tags, one.tags);
}

type Tags = Readonly<Record<string, readonly string[]>>;

/** Whether all that has these tags has those, too. Which instances have tags of two kinds, only AWS knows. */
const isWithin = (these: Tags, those: Tags): boolean =>
  Object.entries(those).every(
    ([key, values]) => these[key]?.every((value) => values.includes(value)) ?? false,
  );

const calledOf = ({ name, path }: DraftGroup): string =>
  name === undefined ? `groups[${path[1]}]` : `group "${name}"`;

/** IAM takes these for wildcards, and would let the function at more than the one that is named. */
function wildcardMistakes({ path, autoScalingGroup = '' }: DraftGroup): Mistake[] {
  if (!/[*?]/.test(autoScalingGroup)) return [];
  const message = `${quote(autoScalingGroup)} has "*" or "?" in it; expected a name without, since IAM takes them for wildcards`;
  return [{ path: [...path, 'autoScalingGroup'], message }];
}

function boundMistakes({ path, minimum, maximum }: DraftGroup): Mistake[] {
  if (minimum === undefined || maximum === undefined || minimum <= maximum) return [];
  return [
    {
      path: [...path, 'minimum'],
      message: `${minimum} is more than "maximum", which is ${maximum}; expected that at most`,
    },
  ];
}

/** "a-1" with "b" and "a" with "1-b" would be one alarm of the stack. */
function alarmTwins(groups: readonly DraftGroup[]): Mistake[] {
  const seen = new Map<string, string>();
  return groups.flatMap(namedAlarms).flatMap(({ group, name, path }) => {
    const id = groupAlarmId(group, name);
    const owner = `alarm "${name}" of group "${group}"`;
    const other = seen.get(id);
    seen.set(id, other ?? owner);
    if (other === undefined) return [];
    const message =
      other === owner
        ? `"${name}" is the name of another alarm of this group; expected each name once`
        : `"${name}" gives the same resource as ${other} (${id}); expected names that differ in more than their hyphens`;
    return [{ path: [...path, 'name'], message }];
  });
}

const namedAlarms = ({ name: group, policies }: DraftGroup) =>
  policies.flatMap(({ alarm }) => {
    if (group === undefined || alarm?.name === undefined) return [];
    return [{ group, name: alarm.name, path: alarm.path }];
  });
