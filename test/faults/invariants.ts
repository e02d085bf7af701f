/** What must hold after every delivery, however it ended. Each check answers what is wrong, in words. */
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { brokenClaims } from './claims.ts';
import type { Invocation } from './invocation.ts';
import type { Look, SeenSnapshot, Surroundings } from './look.ts';
import { owner } from './world.ts';

/** What happened between two looks. */
export interface Step {
  before: Look;
  after: Look;
  surroundings: Surroundings;
  /** More than one where an event was delivered twice at the same time. */
  invocations: readonly Invocation[];
}

export type Invariant = (step: Step) => string[];

const isOurs = ({ tags }: SeenSnapshot): boolean => tags[tagKeys.owner] === owner;

const deletedIn = ({ before, after }: Step): SeenSnapshot[] =>
  [...before.snapshots.values()].filter(({ id }) => !after.snapshots.has(id));

const notBeforeItsTime: Invariant = (step) =>
  deletedIn(step)
    .filter(({ tags }) => !(new Date(tags[tagKeys.expires] ?? '') <= step.after.at))
    .map(({ id, tags }) => `${id} was deleted before its time, ${tags[tagKeys.expires] ?? 'never'}`);

const nothingOfOthers: Invariant = (step) =>
  [...step.before.snapshots.values()]
    .filter((snapshot) => !isOurs(snapshot))
    .filter(({ id, tags }) => JSON.stringify(tags) !== JSON.stringify(step.after.snapshots.get(id)?.tags))
    .map(({ id }) => `${id}, which is not ours, was deleted or changed`);

const nothingThatImagesUse: Invariant = (step) =>
  deletedIn(step)
    .filter(({ id }) => step.surroundings.imageSnapshots.has(id))
    .map(({ id }) => `${id} was deleted, and an image stands on it`);

/** What was completed when it was deleted must leave one at least as new, as long as its volume lives. */
const theLastCompletedStays: Invariant = (step) => {
  const standing = [...step.after.snapshots.values()].filter(isCompletedBackup);
  return deletedIn(step)
    .filter(isCompletedBackup)
    .filter(({ tags }) => step.surroundings.volumes.has(tags[tagKeys.source] ?? ''))
    .filter((gone) => !standing.some((other) => isOfSameSource(gone, other) && other.started >= gone.started))
    .map(({ id, tags }) => `${id} was deleted, the last completed backup of ${tags[tagKeys.source]}`);
};

const isCompletedBackup = (snapshot: SeenSnapshot) => isOurs(snapshot) && snapshot.state === 'completed';

const isOfSameSource = (one: SeenSnapshot, other: SeenSnapshot) =>
  one.tags[tagKeys.source] === other.tags[tagKeys.source];

/** Failed ones do not count: the slot may be taken again. Nor does what was doubled before. */
const oneASlotAndSource: Invariant = ({ before, after }) => {
  const backups = (seen: Look) => {
    const byAppointment = new Map<string, Set<string>>();
    for (const snapshot of seen.snapshots.values()) {
      if (!isOurs(snapshot) || snapshot.state === 'error') continue;
      const appointment = `${snapshot.tags[tagKeys.slot]} of ${snapshot.tags[tagKeys.source]}`;
      const others = byAppointment.get(appointment) ?? [];
      byAppointment.set(appointment, new Set([...others, backupOf(snapshot)]));
    }
    return byAppointment;
  };
  const seeded = backups(before);
  return [...backups(after)]
    .filter(([appointment, { size }]) => size > Math.max(1, seeded.get(appointment)?.size ?? 0))
    .map(([appointment, { size }]) => `${size} backups of slot ${appointment}`);
};

/** The set that it is a member of, or the snapshot by itself. */
const backupOf = ({ id, tags }: SeenSnapshot): string => tags[extraTagKeys.set] ?? id;

/** One volume is in a set once: two sets under one name would look like one. */
const oneOfAVolumeInASet: Invariant = ({ after }) => {
  const seen = new Set<string>();
  const twice = [...after.snapshots.values()].filter(isOurs).filter(({ volume, tags }) => {
    const member = `${tags[extraTagKeys.set]} of ${volume}`;
    const isTwice = tags[extraTagKeys.set] !== undefined && seen.has(member);
    seen.add(member);
    return isTwice;
  });
  return twice.map(
    ({ id, volume, tags }) => `${id} is a second one of ${volume} in ${tags[extraTagKeys.set]}`,
  );
};

const taggedFromTheStart: Invariant = ({ before, after }) => {
  const made = [...after.snapshots.values()].filter(({ id }) => !before.snapshots.has(id));
  return made.flatMap(({ id, tags }) =>
    Object.values(tagKeys)
      .filter((key) => tags[key] === undefined)
      .map((key) => `${id} was made without the tag ${key}`),
  );
};

const nothingClaimedFalsely: Invariant = ({ after, invocations }) =>
  invocations.flatMap(({ log }) => brokenClaims(log, after));

const endedByItself: Invariant = ({ invocations }) =>
  invocations
    .map(({ ending }) => ending.kind)
    .filter((kind) => kind === 'timed-out' || kind === 'stuck')
    .map((kind) => `the run did not end by itself: ${kind}`);

export const invariants: readonly Invariant[] = [
  notBeforeItsTime,
  nothingOfOthers,
  nothingThatImagesUse,
  theLastCompletedStays,
  oneASlotAndSource,
  oneOfAVolumeInASet,
  taggedFromTheStart,
  nothingClaimedFalsely,
  endedByItself,
];

/**
 * Once a delivery has ended well, every snapshot of ours has its row. A row without an id is enough:
 * expiry finds the snapshot by slot and source.
 */
export function untracked({ snapshots, rows }: Look): string[] {
  const tracked = new Set<string>();
  for (const [key, { resource }] of rows) tracked.add(resource ?? key);
  return [...snapshots.values()]
    .filter(isOurs)
    .filter(
      ({ id, tags }) => !tracked.has(id) && !tracked.has(`${tags[tagKeys.slot]}/${tags[tagKeys.source]}`),
    )
    .map(({ id }) => `${id} is ours, and the ledger does not know it`);
}
