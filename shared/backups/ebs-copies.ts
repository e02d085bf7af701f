/** Copies of snapshots and sets: a set is copied member by member. */
import type { Ec2 } from '../aws/ec2.ts';
import { copiesOf, copiesUnderWay, copySnapshot, snapshotsAwaitingCopies } from '../aws/ec2-copies.ts';
import type { Place } from '../aws/place.ts';
import { extraTagKeys } from '../tags.ts';
import type { StandingBackup } from './backup.ts';
import { type CopyGateway, copyRef } from './copies.ts';
import { assembled, ebsBackups, stateOf } from './ebs.ts';

type Ec2Place = Place<Pick<Ec2, 'ec2'>>;

export function ebsCopies(home: Ec2Place, placeOf: (region: string) => Ec2Place): CopyGateway {
  const backups = ebsBackups(home);
  return {
    kinds: backups.kinds,
    mayHave: (id) => id.startsWith('snap-') || id.includes('/'),
    awaiting: (owner) => assembled(snapshotsAwaitingCopies(home, owner), home.region),
    byId: (ids) => wholeById(backups, ids),
    tag: (original, tags) => backups.tag(original, tags),
    copiesIn: async (region, owner, originals) => {
      const refs = originals.flatMap((original) => original.parts.map((part) => copyRef(original, part)));
      const copies = await copiesOf(placeOf(region), owner, refs);
      return copies.map((copy) => ({
        id: copy.id,
        copyOf: copy.tags[extraTagKeys.copyOf] ?? '',
        state: stateOf(copy),
        message: copy.stateMessage,
        tags: copy.tags,
      }));
    },
    underWay: (region) => copiesUnderWay(placeOf(region)),
    start: async (region, { part, tags, kmsKey }) => ({
      id: await copySnapshot(placeOf(region), {
        sourceRegion: home.region,
        snapshotId: part,
        tags,
        kmsKey,
      }),
    }),
  };
}

/** An event names a set's snapshots: what is copied is the set. */
async function wholeById(
  backups: Pick<ReturnType<typeof ebsBackups>, 'byId'>,
  ids: readonly string[],
): Promise<Map<string, StandingBackup>> {
  const named = await backups.byId(ids);
  const setOf = ({ tags }: StandingBackup) => tags[extraTagKeys.set];
  const members = [...named].filter(([, { kind, tags }]) => kind === 'snapshot' && isMember(tags));
  const sets = await backups.byId([...new Set(members.map(([, member]) => setOf(member) ?? ''))]);
  for (const [id, member] of members) named.set(id, sets.get(setOf(member) ?? '') ?? member);
  return named;
}

const isMember = (tags: StandingBackup['tags']): boolean =>
  tags[extraTagKeys.set] !== undefined && tags[extraTagKeys.image] === undefined;
