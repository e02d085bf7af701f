/** Snapshots of RDS instances and of clusters, in one region. */
import pMap from 'p-map';
import type { Place } from '../aws/place.ts';
import type { Rds } from '../aws/rds.ts';
import { databasesStanding } from '../aws/rds-databases.ts';
import {
  type DatabaseSnapshot,
  type DatabaseType,
  databaseSnapshotsById,
  deleteDatabaseSnapshot,
  isDatabaseSnapshotShared,
  manualSnapshots,
  tagDatabaseSnapshot,
} from '../aws/rds-snapshots.ts';
import { extraTagKeys, type Tags, tagKeys } from '../tags.ts';
import type { BackupGateway, BackupKind, BackupState, Obstacle, StandingBackup } from './backup.ts';
import { isDatabaseSnapshotId } from './db-snapshot-id.ts';

type RdsPlace = Place<Pick<Rds, 'rds'>>;

const types: readonly DatabaseType[] = ['db', 'cluster'];

export function rdsBackups(place: RdsPlace): BackupGateway {
  return {
    kinds: ['db-snapshot', 'cluster-snapshot'],
    region: place.region,
    own: (owner) => standing(place, types, (tags) => tags[tagKeys.owner] === owner),
    ownWith: (owner, tag, values) => {
      const wanted = new Set(values);
      const among = tag === 'source' ? types.filter((type) => hasSourceOf(type, values)) : types;
      const isWanted = (tags: Tags) => tags[tagKeys.owner] === owner && wanted.has(tags[tagKeys[tag]] ?? '');
      return standing(place, values.length === 0 ? [] : among, isWanted);
    },
    byId: (ids) => byId(place, ids),
    living: (sources) => living(place, sources),
    obstacles: (backups) => obstacles(place, backups),
    delete: async ({ kind, id }, confirm) => {
      await deleteDatabaseSnapshot(place, { type: typeOf(kind), id }, confirm);
      return undefined;
    },
    tag: async ({ parts }, tags) => {
      for (const arn of parts) await tagDatabaseSnapshot(place, arn, tags);
    },
  };
}

export const typeOf = (kind: BackupKind): DatabaseType => (kind === 'cluster-snapshot' ? 'cluster' : 'db');

const hasSourceOf = (type: DatabaseType, sources: readonly string[]): boolean =>
  sources.some((source) => source.startsWith(`${type}:`));

async function* standing(
  place: RdsPlace,
  among: readonly DatabaseType[],
  isWanted: (tags: Tags) => boolean,
): AsyncGenerator<StandingBackup[]> {
  for (const type of among) {
    for await (const page of manualSnapshots(place, type)) {
      yield page.filter(({ tags }) => isWanted(tags)).map((snapshot) => toBackup(snapshot, place));
    }
  }
}

function toBackup(snapshot: DatabaseSnapshot, { region, patience }: RdsPlace): StandingBackup {
  return {
    kind: snapshot.type === 'cluster' ? 'cluster-snapshot' : 'db-snapshot',
    region,
    id: snapshot.id,
    source: sourceOf(snapshot),
    state: stateOf(snapshot),
    // What RDS has not begun begins now.
    startedAt: snapshot.startedAt ?? patience.clock.now(),
    tags: snapshot.tags,
    parts: [snapshot.arn],
  };
}

const states: Readonly<Record<string, BackupState>> = {
  available: 'completed',
  creating: 'pending',
  copying: 'pending',
  failed: 'error',
};

export const stateOf = ({ status }: Pick<DatabaseSnapshot, 'status'>): BackupState =>
  states[status] ?? 'other';

/**
 * The database that this is a backup of; undefined if only its tags say so. Tags travel with copies that
 * people make, and with databases restored from a backup; what AWS says a copy was copied from does not,
 * nor does the identifier that we gave to no other.
 */
function sourceOf({ type, id, database, copiedFrom, tags }: DatabaseSnapshot): string | undefined {
  const source = tags[tagKeys.source];
  if (source !== `${type}:${database}`) return undefined;
  const copyOf = tags[extraTagKeys.copyOf];
  if (copyOf !== undefined) return copiedFrom && refOf(copiedFrom) === copyOf ? source : undefined;
  const owner = tags[tagKeys.owner] ?? '';
  // One that was promoted was named for the slot that it was made for.
  const slot = tags[extraTagKeys.promotedFrom] ?? tags[tagKeys.slot] ?? '';
  const isOurs = copiedFrom === undefined && isDatabaseSnapshotId(id, { owner, slot, source });
  return isOurs ? source : undefined;
}

/** `<region>/<id>` of `arn:aws:rds:<region>:<account>:snapshot:<id>`. */
function refOf(arn: string): string {
  const [, , , region, , , id] = arn.split(':');
  return `${region}/${id}`;
}

async function byId(place: RdsPlace, ids: readonly string[]): Promise<Map<string, StandingBackup>> {
  const found = new Map<string, StandingBackup>();
  for (const type of types) {
    for (const [id, snapshot] of await databaseSnapshotsById(place, type, ids)) {
      found.set(id, toBackup(snapshot, place));
    }
  }
  return found;
}

async function living(place: RdsPlace, sources: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const type of types) {
    const named = sources.filter((source) => source.startsWith(`${type}:`));
    const ids = named.map((source) => source.slice(type.length + 1));
    for (const id of await databasesStanding(place, type, ids)) found.add(`${type}:${id}`);
  }
  return found;
}

// RDS publishes no rates; so few are not throttled beside other callers.
const looksAtOnce = 5;

async function obstacles(
  place: RdsPlace,
  backups: readonly StandingBackup[],
): Promise<Map<string, Obstacle>> {
  const found = new Map<string, Obstacle>();
  const look = async ({ kind, id, tags }: StandingBackup) => {
    if (isOfAwsBackup(id, tags)) found.set(id, 'aws-backup');
    else if (await isDatabaseSnapshotShared(place, { type: typeOf(kind), id })) found.set(id, 'shared');
  };
  await pMap(backups, look, { concurrency: looksAtOnce });
  return found;
}

/** https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup.html: only AWS Backup may delete its own. */
const isOfAwsBackup = (id: string, tags: Tags): boolean =>
  id.startsWith('awsbackup') || tags['aws:backup:source-resource'] !== undefined;
