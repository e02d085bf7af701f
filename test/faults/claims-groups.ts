/** What scale-group says that it did, against what the account shows. A group's instances have the tag `Group`. */
import type { Claim } from './claims.ts';
import type { Look } from './look.ts';
import type { SeenInstance } from './look-groups.ts';

/** The group of instances that scenarios have. */
export const ownGroup = 'shop';

export const mark = 'groundskeeper:draining';

export interface StoredChange {
  at: string;
  from: number;
  to: number;
}

export interface StoredState {
  lastOut?: StoredChange;
  lastIn?: StoredChange;
  begun?: StoredChange;
  override?: { capacity: number; until: string; before: number };
  actedOn?: string;
}

/** What the ledger remembers of a group. */
export const stateOf = (group: string, { rows }: Look): StoredState =>
  JSON.parse(rows.get(`state/scale/${group}`)?.['text'] ?? '{}') as StoredState;

/** Whether a person's word holds. */
export function isOverridden(group: string, seen: Look): boolean {
  const { override } = stateOf(group, seen);
  return override !== undefined && new Date(override.until) > seen.at;
}

/** The instances of a group; not those that are another's besides. */
export const membersOf = (group: string, { instances }: Look): SeenInstance[] =>
  [...instances.values()].filter(
    ({ tags }) => tags['Group'] === group && tags['aws:autoscaling:groupName'] === undefined,
  );

/** Of an Auto Scaling group of this name, or of instances with this tag. */
export function capacityOf(group: string, seen: Look): number {
  const { capacities } = seen;
  const counting = membersOf(group, seen).filter(
    ({ state, tags }) => state === 'running' && tags[mark] === undefined,
  );
  return capacities.get(group)?.desired ?? counting.length;
}

/** Now, or before somebody else has changed it. */
export const hadCapacity = (group: string, capacity: number, seen: Look): boolean =>
  capacityOf(group, seen) === capacity || seen.capacities.get(group)?.ever.includes(capacity) === true;

const isInstance =
  (holds: (instance: SeenInstance) => boolean) =>
  ({ resource }: Claim, { instances }: Look): boolean => {
    const instance = instances.get(resource);
    return instance !== undefined && holds(instance);
  };

/** Of a target group its ARN is told. */
const nameOf = (place: string): string => /:targetgroup\/([^/]+)/.exec(place)?.[1] ?? place;

/** A change is remembered once it is seen, and announced before. */
const isScaled =
  (direction: 1 | -1) =>
  ({ resource }: Claim, seen: Look): boolean => {
    const { begun, lastOut, lastIn } = stateOf(resource, seen);
    return [begun, lastOut, lastIn].some(
      (change) =>
        change !== undefined &&
        Math.sign(change.to - change.from) === direction &&
        hadCapacity(resource, change.to, seen),
    );
  };

export const groupChecks: Readonly<Record<string, (claim: Claim, seen: Look) => boolean>> = {
  'scale-out': isScaled(1),
  'scale-in': isScaled(-1),
  start: isInstance(({ state }) => state === 'running'),
  stop: isInstance(({ state }) => state === 'stopped'),
  drain: isInstance(({ state, tags }) => state === 'stopped' || tags[mark] !== undefined),
  resume: isInstance(({ state, tags }) => state === 'running' && tags[mark] === undefined),
  register: ({ resource, detail = '' }, { instances }) =>
    detail.split(', ').every((place) => instances.get(resource)?.registered.includes(nameOf(place))),
  'end-override': ({ resource }, seen) => !isOverridden(resource, seen),
  unmark: isInstance(({ tags }) => tags[mark] === undefined),
};
