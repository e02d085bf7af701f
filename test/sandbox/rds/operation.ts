/** One call of RDS on its way through the sandbox. */
import type { Answer } from '../message.ts';
import type { DatabaseType, RdsAccount } from './account.ts';

export interface RdsCall {
  action: string;
  region: string;
  parameters: URLSearchParams;
  account: RdsAccount;
  /** Asks moto; by default what the client asked, in the region that it asked. */
  forward(parameters?: URLSearchParams, region?: string): Promise<Answer>;
}

export type Operation = (call: RdsCall) => Promise<Answer>;

/** How the two types of snapshots are named in calls and answers. */
export interface SnapshotWords {
  type: DatabaseType;
  /** The element of one snapshot, and the prefix of its parameters and operations. */
  snapshot: 'DBSnapshot' | 'DBClusterSnapshot';
  database: 'DBInstance' | 'DBCluster';
  arn: 'snapshot' | 'cluster-snapshot';
  copiedFrom: 'SourceDBSnapshotIdentifier' | 'SourceDBClusterSnapshotArn';
  encrypted: 'Encrypted' | 'StorageEncrypted';
  /** Wire codes: those of clusters end in Fault. */
  codes: Readonly<Record<'notFound' | 'invalidState' | 'databaseState', string>>;
}

export const ofInstances: SnapshotWords = {
  type: 'db',
  snapshot: 'DBSnapshot',
  database: 'DBInstance',
  arn: 'snapshot',
  copiedFrom: 'SourceDBSnapshotIdentifier',
  encrypted: 'Encrypted',
  codes: {
    notFound: 'DBSnapshotNotFound',
    invalidState: 'InvalidDBSnapshotState',
    databaseState: 'InvalidDBInstanceState',
  },
};

export const ofClusters: SnapshotWords = {
  type: 'cluster',
  snapshot: 'DBClusterSnapshot',
  database: 'DBCluster',
  arn: 'cluster-snapshot',
  copiedFrom: 'SourceDBClusterSnapshotArn',
  encrypted: 'StorageEncrypted',
  codes: {
    notFound: 'DBClusterSnapshotNotFoundFault',
    invalidState: 'InvalidDBClusterSnapshotStateFault',
    databaseState: 'InvalidDBClusterStateFault',
  },
};

/** For a question of the sandbox's own. */
export const question = (action: string, parameters: Readonly<Record<string, string>> = {}) =>
  new URLSearchParams({ Action: action, Version: '2014-10-31', ...parameters });
