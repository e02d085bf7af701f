/** What must hold after every delivery, however it ended. Each check answers what is wrong, in words. */
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { brokenClaims } from './claims.ts';
import { groupInvariants } from './invariants-groups.ts';
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
  [...before.snapshots].filter(([key]) => !after.snapshots.has(key)).map(([, snapshot]) => snapshot);

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
  one.region === other.region && one.tags[tagKeys.source] === other.tags[tagKeys.source];

/** Failed ones do not count: the slot may be taken again. Nor does what was doubled before. */
const oneASlotAndSource: Invariant = ({ before, after }) => {
  const backups = (seen: Look) => {
    const byAppointment = new Map<string, Set<string>>();
    for (const snapshot of seen.snapshots.values()) {
      if (!isOurs(snapshot) || snapshot.state === 'error') continue;
      const { region, tags } = snapshot;
      const appointment = `${tags[tagKeys.slot]} of ${tags[tagKeys.source]} in ${region}`;
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

/** The set that it is a member of, the image, or the snapshot by itself. */
const backupOf = ({ id, image, tags }: SeenSnapshot): string => tags[extraTagKeys.set] ?? image ?? id;

/** One volume is in a set once: two sets under one name would look like one. */
const oneOfAVolumeInASet: Invariant = ({ after }) => {
  const seen = new Set<string>();
  const originals = [...after.snapshots.values()].filter(isOurs).filter((snapshot) => !isCopy(snapshot));
  const twice = originals.filter(({ volume, tags }) => {
    const member = `${tags[extraTagKeys.set]} of ${volume}`;
    const isTwice = tags[extraTagKeys.set] !== undefined && seen.has(member);
    seen.add(member);
    return isTwice;
  });
  return twice.map(
    ({ id, volume, tags }) => `${id} is a second one of ${volume} in ${tags[extraTagKeys.set]}`,
  );
};

const isCopy = ({ tags }: SeenSnapshot): boolean => tags[extraTagKeys.copyOf] !== undefined;

/** Those that failed do not count. */
const copiesOf = ({ id, region }: SeenSnapshot, { snapshots }: Look): SeenSnapshot[] =>
  [...snapshots.values()]
    .filter(isOurs)
    .filter(({ state, tags }) => state !== 'error' && tags[extraTagKeys.copyOf] === `${region}/${id}`);

const oneCopyInARegion: Invariant = ({ after }) =>
  [...after.snapshots.values()].flatMap((original) => {
    const regions = copiesOf(original, after).map(({ region }) => region);
    return regions.length > new Set(regions).size
      ? [`${original.id} has the copies ${regions.join(', ')}`]
      : [];
  });

const heldDays = 14;

/** A copy that failed does not hold its original, and one that is awaited not for ever. */
const noOriginalBeforeItsCopies: Invariant = (step) =>
  deletedIn(step).flatMap((original) => {
    const due = new Date(original.tags[tagKeys.expires] ?? '').getTime();
    if (step.after.at.getTime() - due > heldDays * 86_400_000) return [];
    const words = (original.tags[extraTagKeys.copies] ?? '').split(' ');
    const awaited = words.filter((word) => word.endsWith(':wanted'));
    return awaited.map((word) => `${original.id} was deleted before its copy, ${word}`);
  });

/** What says that its copy stands has a completed one there, until that one's own time has come. */
const noCopyClaimedFalsely: Invariant = ({ after }) =>
  [...after.snapshots.values()].filter(isOurs).flatMap((original) => {
    const words = (original.tags[extraTagKeys.copies] ?? '').split(' ');
    const done = words.filter((word) => word.endsWith(':done')).map((word) => word.slice(0, -':done'.length));
    const standing = copiesOf(original, after).filter(({ state }) => state === 'completed');
    return done
      .filter((region) => !standing.some((copy) => copy.region === region))
      .map((region) => `${original.id} says that its copy in ${region} stands, and there is none`);
  });

const taggedFromTheStart: Invariant = ({ before, after }) => {
  const made = [...after.snapshots].filter(([key]) => !before.snapshots.has(key));
  return made.flatMap(([id, { tags }]) =>
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

/** As the scenarios' jobs say. */
const freezeSeconds = 60;

/** The watchdog of an instance thaws in time, whatever has become of the run. */
const nothingStaysFrozen: Invariant = ({ after: { at, machines } }) =>
  [...machines].flatMap(([id, { frozen, events }]) => {
    const last = events.findLast(({ what }) => what.startsWith('fsfreeze -f'))?.at ?? at;
    const isOverdue = at.getTime() - last.getTime() > (freezeSeconds + 1) * 1_000;
    return isOverdue ? frozen.map((path) => `${path} of ${id} is frozen since ${last.toISOString()}`) : [];
  });

/** A set that says so was begun while something was frozen. */
const nothingConsistentUnfrozen: Invariant = ({ after: { snapshots, machines } }) => {
  const moments = [...machines.values()].flatMap((machine) => machine.snapshots);
  const frozen = new Set(
    moments.filter(({ frozen }) => frozen.length > 0).flatMap((moment) => moment.snapshots),
  );
  return [...snapshots.values()]
    .filter(({ id, tags }) => tags[extraTagKeys.consistency] === 'application' && !frozen.has(id))
    .map(({ id }) => `${id} says that it is application-consistent, and nothing was frozen for it`);
};

/** Each path of an invalidation costs; the scenarios' events change a path once. */
const nothingPaidTwice: Invariant = ({ after }) => {
  const paid = [...after.invalidations.values()].flatMap(({ distribution, paths }) =>
    paths.map((path) => `${path} of ${distribution}`),
  );
  const seen = new Set<string>();
  const again = paid.filter((path) => seen.size === seen.add(path).size);
  return [...new Set(again)].map((path) => `${path} was invalidated twice`);
};

export const invariants: readonly Invariant[] = [
  notBeforeItsTime,
  nothingOfOthers,
  nothingThatImagesUse,
  theLastCompletedStays,
  oneASlotAndSource,
  oneOfAVolumeInASet,
  oneCopyInARegion,
  noOriginalBeforeItsCopies,
  noCopyClaimedFalsely,
  taggedFromTheStart,
  nothingClaimedFalsely,
  nothingStaysFrozen,
  nothingConsistentUnfrozen,
  nothingPaidTwice,
  ...groupInvariants,
  endedByItself,
];

/**
 * Once a delivery has ended well, every snapshot of ours has its row. A row without an id is enough:
 * expiry finds the snapshot by slot and source.
 */
export function untracked({ snapshots, rows }: Look): string[] {
  const tracked = new Set<string>();
  for (const [key, { region, resource }] of rows) tracked.add(`${region} ${resource ?? key}`);
  return [...snapshots.values()]
    .filter(isOurs)
    .filter((snapshot) => !namesOf(snapshot).some((name) => tracked.has(name)))
    .map(({ id }) => `${id} is ours, and the ledger does not know it`);
}

/** By which a row may know it: its id, its set's, its image's name, or the key under which it was announced. */
function namesOf(snapshot: SeenSnapshot): string[] {
  const { id, region, tags } = snapshot;
  const key = `${tags[tagKeys.slot]}/${tags[tagKeys.source]}`;
  const announced = isCopy(snapshot) ? `${key}@${region}` : key;
  return [id, backupOf(snapshot), announced].map((name) => `${region} ${name}`);
}
