/** Copies of database snapshots and cluster snapshots. */
import type { Place } from '../aws/place.ts';
import type { Rds } from '../aws/rds.ts';
import { copyDatabaseSnapshot } from '../aws/rds-copies.ts';
import {
  type DatabaseSnapshot,
  type DatabaseType,
  databaseSnapshotsById,
  manualSnapshots,
} from '../aws/rds-snapshots.ts';
import { extraTagKeys } from '../tags.ts';
import type { StandingBackup } from './backup.ts';
import { copiesIn } from './backup-tags.ts';
import { type CopyGateway, copyRef, type NewCopy, type StandingCopy } from './copies.ts';
import { rdsBackups, stateOf, typeOf } from './rds.ts';

type RdsPlace = Place<Pick<Rds, 'rds'>>;

export function rdsCopies(home: RdsPlace, placeOf: (region: string) => RdsPlace): CopyGateway {
  const backups = rdsBackups(home);
  return {
    kinds: backups.kinds,
    mayHave: (id) => /^[a-z][a-z0-9-]*$/i.test(id) && !/^(snap|ami)-[0-9a-f]+$/.test(id),
    awaiting: (owner) => filtered(backups.own(owner), isUnsettled),
    byId: (ids) => backups.byId(ids),
    tag: (original, tags) => backups.tag(original, tags),
    copiesIn: async (region, owner, originals) => {
      const refs = new Set(originals.map((original) => copyRef(original, original.id)));
      const isCopy = ({ source, tags }: StandingBackup) =>
        source !== undefined && refs.has(tags[extraTagKeys.copyOf] ?? '');
      const found: StandingCopy[] = [];
      for await (const page of filtered(rdsBackups(placeOf(region)).own(owner), isCopy)) {
        found.push(...page.map(toCopy));
      }
      return found;
    },
    underWay: (region) => copiesUnderWay(placeOf(region)),
    start: (region, copy) => start(home, placeOf(region), copy),
  };
}

async function* filtered(
  pages: AsyncIterable<StandingBackup[]>,
  isWanted: (backup: StandingBackup) => boolean,
): AsyncGenerator<StandingBackup[]> {
  for await (const page of pages) yield page.filter(isWanted);
}

const isUnsettled = ({ tags }: StandingBackup): boolean => {
  const states = copiesIn(tags[extraTagKeys.copies]) ?? new Map();
  return [...states.values()].some((state) => state !== 'done');
};

const toCopy = ({ id, state, tags }: StandingBackup): StandingCopy => ({
  id,
  copyOf: tags[extraTagKeys.copyOf] ?? '',
  state,
  message: undefined, // RDS tells nobody why
  tags,
});

const types: readonly DatabaseType[] = ['db', 'cluster'];

async function copiesUnderWay(place: RdsPlace): Promise<number> {
  let count = 0;
  for (const type of types) {
    for await (const page of manualSnapshots(place, type)) count += page.filter(isUnderWay).length;
  }
  return count;
}

const isUnderWay = (snapshot: DatabaseSnapshot): boolean =>
  snapshot.copiedFrom !== undefined && stateOf(snapshot) === 'pending';

async function start(home: RdsPlace, there: RdsPlace, { original, attempt, tags, kmsKey }: NewCopy) {
  const { kind, id: originalId, parts } = original;
  const type = typeOf(kind);
  const source = (await databaseSnapshotsById(home, type, [originalId])).get(originalId);
  const id = await copyDatabaseSnapshot(there, {
    type,
    sourceArn: parts[0] ?? originalId,
    id: copyId(originalId, type, attempt),
    tags,
    kmsKey: keyFor(source, kmsKey),
  });
  return { id, detail: leftOut(source, kmsKey) };
}

/**
 * What is encrypted stays so, with a key of the other region, if need be AWS's own. RDS encrypts the copy of
 * an unencrypted instance's snapshot, and refuses to encrypt that of a cluster's.
 */
function keyFor(source: DatabaseSnapshot | undefined, kmsKey: string | undefined): string | undefined {
  if (source?.isEncrypted) return kmsKey ?? 'alias/aws/rds';
  return source?.type === 'cluster' ? undefined : kmsKey;
}

function leftOut(source: DatabaseSnapshot | undefined, kmsKey: string | undefined): string | undefined {
  const { optionGroup = 'default:', type, isEncrypted } = source ?? {};
  const said = [
    ...(optionGroup.startsWith('default:') ? [] : [`its option group, ${optionGroup}, is left out`]),
    ...(type === 'cluster' && !isEncrypted && kmsKey !== undefined
      ? ['not encrypted, since RDS encrypts no copy of an unencrypted cluster snapshot']
      : []),
  ];
  return said.length > 0 ? said.join('; ') : undefined;
}

// RDS API reference, CreateDBSnapshot and CreateDBClusterSnapshot.
const longest = { db: 255, cluster: 63 };

/** The original's own identifier; what failed keeps it, and the next attempt's tells its number. */
function copyId(original: string, type: DatabaseType, attempt: number): string {
  if (attempt === 1) return original;
  const end = `-c${attempt}`;
  return original.slice(0, longest[type] - end.length).replace(/-$/, '') + end;
}
