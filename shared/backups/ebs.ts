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
import type { Place } from '../aws/place.ts';
import { extraTagKeys } from '../tags.ts';
import type { BackupGateway, BackupState, StandingBackup } from './backup.ts';

export function ebsBackups(place: Place<Pick<Ec2, 'ec2'>>): BackupGateway {
  const { region } = place;
  return {
    kinds: ['snapshot', 'set'],
    region,
    own: (owner) => assembled(ownSnapshots(place, owner), region),
    ownWith: (owner, tag, values) => assembled(ownSnapshotsWith(place, owner, tag, values), region),
    byId: (ids) => byId(place, ids),
    living: (sources) => living(place, sources),
    obstacles: async () => new Map(),
    delete: async ({ parts }, confirm) => {
      for (const id of parts) await deleteSnapshot(place, id, confirm);
      return undefined;
    },
    tag: ({ parts }, tags) => tagSnapshots(place, parts, tags),
  };
}

/** A set's snapshots may come in several pages: it is held until the last has come. */
async function* assembled(
  pages: AsyncIterable<Snapshot[]>,
  region: string,
): AsyncGenerator<StandingBackup[]> {
  const open = new Map<string, Snapshot[]>();
  for await (const page of pages) {
    const whole: StandingBackup[] = [];
    for (const snapshot of page) {
      const set = snapshot.tags[extraTagKeys.set];
      if (isPartOfImage(snapshot)) continue;
      if (set === undefined) {
        whole.push(toBackup(snapshot, region));
        continue;
      }
      const members = [...(open.get(set) ?? []), snapshot];
      open.set(set, members);
      if (members.length !== sizeOf(members)) continue;
      whole.push(setOf(set, members, region));
      open.delete(set);
    }
    yield whole;
  }
  if (open.size > 0) yield [...open].map(([set, members]) => setOf(set, members, region));
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

function stateOf({ state }: Snapshot): BackupState {
  return state === 'pending' || state === 'completed' || state === 'error' ? state : 'other';
}

function setOf(set: string, members: readonly Snapshot[], region: string): StandingBackup {
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
    tags: first.tags,
    parts: members.map(({ id }) => id),
  };
}

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
  for (const slice of slices(ids.filter(isSetId), filterValues)) {
    const members = describeSnapshots(place, [byTag(extraTagKeys.set, slice)]);
    for await (const page of assembled(members, place.region)) for (const set of page) found.set(set.id, set);
  }
  return found;
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
