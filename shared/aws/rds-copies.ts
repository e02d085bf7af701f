/** Copies of database snapshots in another region. They are called for where they go; the client signs for where they come from. */
import { CopyDBClusterSnapshotCommand, CopyDBSnapshotCommand } from '@aws-sdk/client-rds';
import { extraTagKeys, type Tags } from '../tags.ts';
import { tagListOf } from './ec2.ts';
import { natureOf } from './errors.ts';
import { persist } from './persist.ts';
import type { Rds } from './rds.ts';
import { type DatabaseSnapshot, type DatabaseType, databaseSnapshotsById } from './rds-snapshots.ts';

export interface NewDatabaseCopy {
  type: DatabaseType;
  sourceArn: string;
  /** The identifier that the copy gets. */
  id: string;
  /** With the copy-of tag: by it the copy is known if AWS's answer is lost. */
  tags: Tags;
  /** A key of this region. What is encrypted needs one; an unencrypted cluster's copy takes none. */
  kmsKey: string | undefined;
}

/**
 * Starts a copy in this region, tagged from this call on, or finds that an earlier attempt did; answers its
 * identifier. The option group, which is of one region, is left out: the copy has the engine's default one.
 */
export async function copyDatabaseSnapshot(place: Rds, copy: NewDatabaseCopy): Promise<string> {
  const { type, id, tags } = copy;
  const find = async () => {
    const standing = (await databaseSnapshotsById(place, type, [id])).get(id);
    return standing && isOf(tags, standing) ? id : undefined;
  };
  const attempt = async () => {
    await send(place, copy);
    return id;
  };
  try {
    return await persist(attempt, place.patience, { find });
  } catch (error) {
    // The identifier is this copy's own: it may have been made by an attempt that was not answered.
    if (natureOf(error) === 'exists' && (await find()) !== undefined) return id;
    throw error;
  }
}

const isOf = (wanted: Tags, { status, tags }: DatabaseSnapshot): boolean =>
  status !== 'failed' && tags[extraTagKeys.copyOf] === wanted[extraTagKeys.copyOf];

async function send({ rds }: Rds, { type, sourceArn, id, tags, kmsKey }: NewDatabaseCopy): Promise<void> {
  // AWS's own tags cannot be copied, and a copy that would pass them on is refused.
  const how = { CopyTags: false, Tags: tagListOf(tags), ...(kmsKey !== undefined && { KmsKeyId: kmsKey }) };
  if (type === 'db') {
    const names = { SourceDBSnapshotIdentifier: sourceArn, TargetDBSnapshotIdentifier: id };
    await rds.send(new CopyDBSnapshotCommand({ ...names, ...how }));
  } else {
    const names = { SourceDBClusterSnapshotIdentifier: sourceArn, TargetDBClusterSnapshotIdentifier: id };
    await rds.send(new CopyDBClusterSnapshotCommand({ ...names, ...how }));
  }
}
