/** Manual snapshots of RDS instances and of clusters, which have calls of their own but mean the same. */
import {
  AddTagsToResourceCommand,
  type DBClusterSnapshot,
  type DBSnapshot,
  DeleteDBClusterSnapshotCommand,
  DeleteDBSnapshotCommand,
  DescribeDBClusterSnapshotAttributesCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotAttributesCommand,
  DescribeDBSnapshotsCommand,
  type Filter,
} from '@aws-sdk/client-rds';
import type { Tags } from '../tags.ts';
import { observing, slices, tagListOf, tagsOf } from './ec2.ts';
import { natureOf } from './errors.ts';
import { persist } from './persist.ts';
import { filterValues, type Rds, rdsPages, required } from './rds.ts';

/** An instance (`db`), or an Aurora or Multi-AZ cluster: the word that its ARN, our sources and our tags begin with. */
export type DatabaseType = 'db' | 'cluster';

export interface DatabaseSnapshot {
  type: DatabaseType;
  /** In lower case. */
  id: string;
  arn: string;
  /** The identifier of the instance or the cluster. */
  database: string;
  /** `creating`, `available`, `copying`, `failed` and others. */
  status: string;
  /** RDS says it only once the snapshot has begun. */
  startedAt: Date | undefined;
  /** The ARN of the snapshot in another region or account that this is a copy of; AWS's word, no tag. */
  copiedFrom: string | undefined;
  isEncrypted: boolean;
  /** Clusters have none. */
  optionGroup: string | undefined;
  tags: Tags;
}

/** Only manual ones: automated ones and those of AWS Backup are not ours to touch. */
const manual = { SnapshotType: 'manual' };

/** Every manual snapshot of this account and region, of instances or of clusters, in pages. RDS cannot choose by tag. */
export const manualSnapshots = (place: Rds, type: DatabaseType): AsyncGenerator<DatabaseSnapshot[]> =>
  type === 'db' ? instanceSnapshots(place, []) : clusterSnapshots(place, []);

/** The manual snapshots with these identifiers, whosever they are; those that do not exist are not among them. */
export async function databaseSnapshotsById(
  place: Rds,
  type: DatabaseType,
  ids: readonly string[],
): Promise<Map<string, DatabaseSnapshot>> {
  const found = new Map<string, DatabaseSnapshot>();
  for (const Values of slices([...new Set(ids)], filterValues)) {
    const pages =
      type === 'db'
        ? instanceSnapshots(place, [{ Name: 'db-snapshot-id', Values }])
        : clusterSnapshots(place, [{ Name: 'db-cluster-snapshot-id', Values }]);
    for await (const page of pages) for (const snapshot of page) found.set(snapshot.id, snapshot);
  }
  return found;
}

async function* instanceSnapshots(place: Rds, Filters: Filter[]): AsyncGenerator<DatabaseSnapshot[]> {
  const read = (from: { Marker?: string }) =>
    place.rds.send(new DescribeDBSnapshotsCommand({ ...manual, Filters, ...from }));
  for await (const { DBSnapshots } of rdsPages(place, 'Database snapshots', read)) {
    yield (DBSnapshots ?? []).map(ofInstance);
  }
}

async function* clusterSnapshots(place: Rds, Filters: Filter[]): AsyncGenerator<DatabaseSnapshot[]> {
  const read = (from: { Marker?: string }) =>
    place.rds.send(new DescribeDBClusterSnapshotsCommand({ ...manual, Filters, ...from }));
  for await (const { DBClusterSnapshots } of rdsPages(place, 'Cluster snapshots', read)) {
    yield (DBClusterSnapshots ?? []).map(ofCluster);
  }
}

const ofInstance = (snapshot: DBSnapshot): DatabaseSnapshot => ({
  type: 'db',
  id: required(snapshot.DBSnapshotIdentifier, 'DBSnapshotIdentifier'),
  arn: required(snapshot.DBSnapshotArn, 'DBSnapshotArn'),
  database: required(snapshot.DBInstanceIdentifier, 'DBInstanceIdentifier'),
  status: required(snapshot.Status, 'Status'),
  startedAt: snapshot.SnapshotCreateTime,
  copiedFrom: snapshot.SourceDBSnapshotIdentifier || undefined,
  isEncrypted: snapshot.Encrypted === true,
  optionGroup: snapshot.OptionGroupName,
  tags: tagsOf(snapshot.TagList),
});

const ofCluster = (snapshot: DBClusterSnapshot): DatabaseSnapshot => ({
  type: 'cluster',
  id: required(snapshot.DBClusterSnapshotIdentifier, 'DBClusterSnapshotIdentifier'),
  arn: required(snapshot.DBClusterSnapshotArn, 'DBClusterSnapshotArn'),
  database: required(snapshot.DBClusterIdentifier, 'DBClusterIdentifier'),
  status: required(snapshot.Status, 'Status'),
  startedAt: snapshot.SnapshotCreateTime,
  copiedFrom: snapshot.SourceDBClusterSnapshotArn || undefined,
  isEncrypted: snapshot.StorageEncrypted === true,
  optionGroup: undefined,
  tags: tagsOf(snapshot.TagList),
});

/** True if another account, or everyone, may restore it. */
export async function isDatabaseSnapshotShared(
  place: Rds,
  { type, id }: Pick<DatabaseSnapshot, 'type' | 'id'>,
): Promise<boolean> {
  const read = () => (type === 'db' ? instanceAttributes(place, id) : clusterAttributes(place, id));
  try {
    const attributes = await observing(`Who may restore ${id}`, () => persist(read, place.patience));
    return attributes.some(
      ({ AttributeName, AttributeValues }) =>
        AttributeName === 'restore' && (AttributeValues ?? []).length > 0,
    );
  } catch (error) {
    if (error instanceof Error && natureOf(error.cause) === 'absent') return false;
    throw error;
  }
}

async function instanceAttributes({ rds }: Rds, id: string) {
  const wanted = new DescribeDBSnapshotAttributesCommand({ DBSnapshotIdentifier: id });
  const { DBSnapshotAttributesResult: result } = await rds.send(wanted);
  return required(result, 'DBSnapshotAttributesResult').DBSnapshotAttributes ?? [];
}

async function clusterAttributes({ rds }: Rds, id: string) {
  const wanted = new DescribeDBClusterSnapshotAttributesCommand({ DBClusterSnapshotIdentifier: id });
  const { DBClusterSnapshotAttributesResult: result } = await rds.send(wanted);
  return required(result, 'DBClusterSnapshotAttributesResult').DBClusterSnapshotAttributes ?? [];
}

/**
 * `confirm` is called before each attempt: it throws if the snapshot is no longer to be deleted. RDS
 * refuses to delete what is not available or failed.
 */
export async function deleteDatabaseSnapshot(
  { rds, patience }: Rds,
  { type, id }: Pick<DatabaseSnapshot, 'type' | 'id'>,
  confirm: () => Promise<void>,
): Promise<void> {
  const attempt = async () => {
    if (type === 'db') await rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: id }));
    else await rds.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: id }));
  };
  try {
    await persist(attempt, patience, { confirm });
  } catch (error) {
    if (natureOf(error) !== 'absent') throw error;
  }
}

export async function tagDatabaseSnapshot({ rds, patience }: Rds, arn: string, tags: Tags): Promise<void> {
  const attempt = () => rds.send(new AddTagsToResourceCommand({ ResourceName: arn, Tags: tagListOf(tags) }));
  await persist(attempt, patience);
}
