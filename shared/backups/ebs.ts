/** Snapshots of volumes, and sets of them, in one region. */
import { type Ec2, filterValues, slices } from '../aws/ec2.ts';
import { instancesStanding } from '../aws/ec2-instances.ts';
import {
  byTag,
  deleteSnapshot,
  describeSnapshots,
  ownSnapshots,
  ownSnapshotsWith,
  type Snapshot,
  snapshotsById,
  sourceOf,
  tagSnapshots,
} from '../aws/ec2-snapshots.ts';
import { observeExisting } from '../aws/ec2-volumes.ts';
import { natureOf } from '../aws/errors.ts';
import type { Place } from '../aws/place.ts';
import { expiryIn } from '../ledger/rows.ts';
import { extraTagKeys, tagKeys } from '../tags.ts';
import type { BackupGateway, BackupState, StandingBackup } from './backup.ts';
import { ebsObstacles } from './ebs-obstacles.ts';

export function ebsBackups(place: Place<Pick<Ec2, 'ec2'>>): BackupGateway {
  const { region } = place;
  return {
    kinds: ['snapshot', 'set'],
    region,
    own: (owner) => assembled(ownSnapshots(place, owner), region),
    ownWith: (owner, tag, values) => assembled(ownSnapshotsWith(place, owner, tag, values), region),
    byId: (ids) => byId(place, ids),
    living: (sources) => living(place, sources),
    obstacles: (backups) => ebsObstacles(place, backups),
    delete: async ({ parts }, confirm) => {
      await deleteParts(place, parts, confirm);
      return undefined;
    },
    tag: ({ parts }, tags) => tagSnapshots(place, parts, tags),
  };
}

/** A set's snapshots may come in several pages: it is held until the last has come. */
export async function* assembled(
  pages: AsyncIterable<Snapshot[]>,
  region: string,
): AsyncGenerator<StandingBackup[]> {
  const open = new OpenSets(region);
  for await (const page of pages) {
    const backups = page.filter((snapshot) => !isPartOfImage(snapshot)).map((snapshot) => open.add(snapshot));
    yield backups.filter((backup) => backup !== undefined);
  }
  const torn = open.rest();
  if (torn.length > 0) yield torn;
}

/** The sets of which members may still come. */
class OpenSets {
  readonly #region: string;
  readonly #members = new Map<string, Snapshot[]>();

  constructor(region: string) {
    this.#region = region;
  }

  /** The backup that is whole now. */
  add(snapshot: Snapshot): StandingBackup | undefined {
    const set = setIn(snapshot);
    if (set === undefined) return toBackup(snapshot, this.#region);
    // Two stages may take sets of one instance at one time: each has its own.
    const key = `${snapshot.tags[tagKeys.owner]}/${set}`;
    const members = [...(this.#members.get(key) ?? []), snapshot];
    this.#members.set(key, members);
    if (members.length !== sizeOf(members)) return undefined;
    this.#members.delete(key);
    return setOf(set, members, this.#region);
  }

  rest(): StandingBackup[] {
    return [...this.#members.values()].map((members) =>
      setOf(members[0]?.tags[extraTagKeys.set] ?? '', members, this.#region),
    );
  }
}

/**
 * A member's copy that failed is no member: another one takes its place, and it dies by itself. Nor is what
 * only its tags call one: beside the members it would make of a whole set a torn one.
 */
function setIn(snapshot: Snapshot): string | undefined {
  const { state, tags } = snapshot;
  if (sourceOf(snapshot) === undefined) return undefined;
  return state === 'error' && tags[extraTagKeys.copyOf] !== undefined ? undefined : tags[extraTagKeys.set];
}

/** An image's snapshots carry our tags, but live and die with the image. */
const isPartOfImage = ({ tags }: Snapshot): boolean => tags[extraTagKeys.image] !== undefined;

const sizeOf = ([first]: readonly Snapshot[]): number => Number(first?.tags[extraTagKeys.members]);

const toBackup = (snapshot: Snapshot, region: string): StandingBackup => ({
  kind: 'snapshot',
  region,
  id: snapshot.id,
  source: sourceOf(snapshot),
  state: stateOf(snapshot),
  startedAt: snapshot.startedAt,
  tags: snapshot.tags,
  parts: [snapshot.id],
});

export function stateOf({ state }: Snapshot): BackupState {
  return state === 'pending' || state === 'completed' || state === 'error' ? state : 'other';
}

/** The set that these snapshots are the members of. */
export function setOf(set: string, members: readonly Snapshot[], region: string): StandingBackup {
  const [first] = members;
  if (!first) throw new TypeError(`The set ${set} has no member`);
  const sources = new Set(members.map(sourceOf));
  return {
    kind: 'set',
    region,
    id: set,
    source: sources.size === 1 ? sourceOf(first) : undefined,
    state: stateOfSet(members),
    startedAt: new Date(Math.min(...members.map(({ startedAt }) => startedAt.getTime()))),
    tags: members.reduce((lasting, member) => (diesAfter(member, lasting) ? member : lasting), first).tags,
    parts: members.map(({ id }) => id),
  };
}

/** A person may let one member live longer: the set lives as long. */
const diesAfter = (member: Snapshot, other: Snapshot): boolean => deathOf(member) > deathOf(other);

const deathOf = ({ tags }: Snapshot): number =>
  expiryIn(tags[tagKeys.expires])?.getTime() ?? Number.POSITIVE_INFINITY;

function stateOfSet(members: readonly Snapshot[]): BackupState {
  const states = members.map(stateOf);
  if (members.length !== sizeOf(members) || states.includes('error')) return 'error';
  if (states.includes('other')) return 'other';
  return states.includes('pending') ? 'pending' : 'completed';
}

const isSetId = (id: string): boolean => !id.startsWith('snap-');

async function byId(
  place: Place<Pick<Ec2, 'ec2'>>,
  ids: readonly string[],
): Promise<Map<string, StandingBackup>> {
  const found = new Map<string, StandingBackup>();
  const single = await snapshotsById(
    place,
    ids.filter((id) => !isSetId(id)),
  );
  for (const snapshot of single.values()) found.set(snapshot.id, toBackup(snapshot, place.region));
  for await (const set of setsById(place, ids.filter(isSetId))) found.set(set.id, set);
  return found;
}

async function* setsById(
  place: Place<Pick<Ec2, 'ec2'>>,
  ids: readonly string[],
): AsyncGenerator<StandingBackup> {
  for (const slice of slices(ids, filterValues)) {
    const members = describeSnapshots(place, [byTag(extraTagKeys.set, slice)]);
    // What only its tags call a member is a snapshot by itself.
    for await (const page of assembled(members, place.region))
      yield* page.filter(({ kind }) => kind === 'set');
  }
}

/** A set that has lost a member is none: from then on the rest goes, too. */
async function deleteParts(
  place: Ec2,
  [first, ...rest]: readonly string[],
  confirm: () => Promise<void>,
): Promise<void> {
  if (first !== undefined) await deletePart(place, first, confirm);
  for (const id of rest) await deletePart(place, id, async () => {});
}

async function deletePart(place: Ec2, id: string, confirm: () => Promise<void>): Promise<void> {
  try {
    await deleteSnapshot(place, id, confirm);
  } catch (error) {
    if (natureOf(error) !== 'absent') throw error;
  }
}

async function living(place: Place<Pick<Ec2, 'ec2'>>, sources: readonly string[]): Promise<Set<string>> {
  const volumes = await observeExisting(
    place,
    sources.filter((source) => source.startsWith('vol-')),
  );
  const instances = await instancesStanding(
    place,
    sources.filter((source) => source.startsWith('i-')),
  );
  return new Set([...volumes, ...instances]);
}
