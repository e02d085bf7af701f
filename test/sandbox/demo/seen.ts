/** Every backup in the company's account, of whatever kind, as raw clients see it. */
import type { Snapshot } from '@aws-sdk/client-ec2';
import { extraTagKeys, tagKeys } from '../../../shared/tags.ts';
import { type Company, copyRegion } from './company.ts';

export type SeenKind = 'snapshot' | 'set' | 'image' | 'db-snapshot' | 'copy';

export interface Seen {
  kind: SeenKind;
  /** What the ledger calls it. */
  id: string;
  source: string;
  failed: boolean;
  tags: Readonly<Record<string, string>>;
}

export async function seenIn(company: Company): Promise<Seen[]> {
  return [
    ...fromSnapshots(await company.snapshots(), 'snapshot'),
    ...fromSnapshots(await company.copies(), 'copy'),
    ...(await company.databaseSnapshots()).map(
      ({ DBSnapshotIdentifier: id = '', DBInstanceIdentifier, Status, TagList }): Seen => ({
        kind: 'db-snapshot',
        id,
        source: `db:${DBInstanceIdentifier}`,
        failed: Status === 'failed',
        tags: tagsOf(TagList),
      }),
    ),
    ...(await company.images()).map(({ Name: id = '', State, Tags }): Seen => {
      const tags = tagsOf(Tags);
      return {
        kind: 'image',
        id,
        source: tags[tagKeys.source] ?? '',
        failed: State === 'failed',
        tags,
      };
    }),
  ];
}

/** A set's members are one backup, and an image's snapshots are part of it. */
function fromSnapshots(snapshots: readonly Snapshot[], kind: 'snapshot' | 'copy'): Seen[] {
  const seen = new Map<string, Seen>();
  for (const { SnapshotId = '', VolumeId = '', State, Tags } of snapshots) {
    const tags = tagsOf(Tags);
    const set = tags[extraTagKeys.set];
    if (tags[extraTagKeys.image] !== undefined) continue;
    const source = tags[tagKeys.source] ?? VolumeId;
    const id = set ?? SnapshotId;
    const failed = State === 'error' || seen.get(id)?.failed === true;
    seen.set(id, { kind: set !== undefined && kind === 'snapshot' ? 'set' : kind, id, source, failed, tags });
  }
  return [...seen.values()];
}

const tagsOf = (
  list: readonly { Key?: string | undefined; Value?: string | undefined }[] = [],
): Record<string, string> => Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value]));

export const kindTexts: Readonly<Record<Exclude<SeenKind, 'snapshot'>, string>> = {
  set: 'sets of snapshots of shop-1',
  'db-snapshot': 'snapshots of the database orders',
  image: 'images of shop-1, without its data',
  copy: `copies in ${copyRegion}`,
};
