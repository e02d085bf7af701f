import {
  type DBCluster,
  type DBInstance,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  type Filter,
} from '@aws-sdk/client-rds';
import type { DatabaseSelector } from '../job.ts';
import type { Tags } from '../tags.ts';
import { slices, tagsOf } from './ec2.ts';
import { filterValues, type Rds, rdsPages, required } from './rds.ts';
import type { DatabaseType } from './rds-snapshots.ts';

export interface Database {
  type: DatabaseType;
  /** The identifier, in lower case. */
  id: string;
  /** `available`, `backing-up`, `stopped` and many others. */
  status: string;
  /** The cluster that an instance is a member of: its data is the cluster's. */
  memberOf: string | undefined;
  /** Undefined while RDS still makes it. */
  createdAt: Date | undefined;
  tags: Tags;
}

/** `db:<identifier>` or `cluster:<identifier>`: how tags, rows and reports call it. */
export const sourceNameOf = ({ type, id }: Pick<Database, 'type' | 'id'>): string => `${type}:${id}`;

/** The databases that a selector chooses: by tag, both kinds. Identifiers that do not exist are not among them. */
export async function observeDatabases(
  place: Rds,
  { instances = [], clusters = [], tags }: DatabaseSelector,
): Promise<Database[]> {
  if (tags) {
    const all = [...(await describe(place, 'db', [])), ...(await describe(place, 'cluster', []))];
    return all.filter((database) => hasTags(database, tags));
  }
  return [...(await databasesBy(place, 'db', instances)), ...(await databasesBy(place, 'cluster', clusters))];
}

/** Which of these instances, or clusters, exist. One that was renamed does not any more. */
export async function databasesStanding(
  place: Rds,
  type: DatabaseType,
  ids: readonly string[],
): Promise<Set<string>> {
  return new Set((await databasesBy(place, type, ids)).map(({ id }) => id));
}

/** RDS cannot choose by tag: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html */
const hasTags = (database: Database, wanted: Readonly<Record<string, string[]>>): boolean =>
  Object.entries(wanted).every(([key, values]) => {
    const value = Object.hasOwn(database.tags, key) ? database.tags[key] : undefined;
    return value !== undefined && values.includes(value);
  });

async function databasesBy(place: Rds, type: DatabaseType, ids: readonly string[]): Promise<Database[]> {
  const found: Database[] = [];
  const Name = type === 'db' ? 'db-instance-id' : 'db-cluster-id';
  for (const Values of slices([...new Set(ids)], filterValues)) {
    found.push(...(await describe(place, type, [{ Name, Values }])));
  }
  return found;
}

async function describe(place: Rds, type: DatabaseType, Filters: Filter[]): Promise<Database[]> {
  const databases: Database[] = [];
  const pages = type === 'db' ? instancePages(place, Filters) : clusterPages(place, Filters);
  for await (const page of pages) databases.push(...page);
  return databases;
}

async function* instancePages(place: Rds, Filters: Filter[]): AsyncGenerator<Database[]> {
  const read = (from: { Marker?: string }) =>
    place.rds.send(new DescribeDBInstancesCommand({ Filters, ...from }));
  for await (const { DBInstances } of rdsPages(place, 'Databases', read)) {
    yield (DBInstances ?? []).map(ofInstance);
  }
}

async function* clusterPages(place: Rds, Filters: Filter[]): AsyncGenerator<Database[]> {
  const read = (from: { Marker?: string }) =>
    place.rds.send(new DescribeDBClustersCommand({ Filters, ...from }));
  for await (const { DBClusters } of rdsPages(place, 'Clusters', read))
    yield (DBClusters ?? []).map(ofCluster);
}

const ofInstance = (instance: DBInstance): Database => ({
  type: 'db',
  id: required(instance.DBInstanceIdentifier, 'DBInstanceIdentifier'),
  status: required(instance.DBInstanceStatus, 'DBInstanceStatus'),
  memberOf: instance.DBClusterIdentifier || undefined,
  createdAt: instance.InstanceCreateTime,
  tags: tagsOf(instance.TagList),
});

const ofCluster = (cluster: DBCluster): Database => ({
  type: 'cluster',
  id: required(cluster.DBClusterIdentifier, 'DBClusterIdentifier'),
  status: required(cluster.Status, 'Status'),
  memberOf: undefined,
  createdAt: cluster.ClusterCreateTime,
  tags: tagsOf(cluster.TagList),
});
