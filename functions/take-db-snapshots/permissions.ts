/** What take-db-snapshots calls: its role allows this and nothing else. Service Authorization Reference, Amazon RDS. */
import { arnHere, type Permissions, theOwner } from '../../shared/plan/permissions.ts';
import { tagKeys } from '../../shared/tags.ts';

const oursFromTheStart = { StringEquals: { [`aws:RequestTag/${tagKeys.owner}`]: theOwner } };
const snapshots = [arnHere('rds', 'snapshot:*'), arnHere('rds', 'cluster-snapshot:*')];

export const permissions: Permissions = {
  statements: [
    {
      actions: [
        'rds:DescribeDBClusterSnapshots',
        'rds:DescribeDBClusters',
        'rds:DescribeDBInstances',
        'rds:DescribeDBSnapshots',
      ],
      resources: ['*'],
    },
    {
      actions: ['rds:CreateDBSnapshot'],
      resources: [arnHere('rds', 'db:*'), arnHere('rds', 'snapshot:*')],
      conditions: oursFromTheStart,
    },
    {
      actions: ['rds:CreateDBClusterSnapshot'],
      resources: [arnHere('rds', 'cluster:*'), arnHere('rds', 'cluster-snapshot:*')],
      conditions: oursFromTheStart,
    },
    // Tags in the creation call need it, and RDS has no condition by which call they come.
    { actions: ['rds:AddTagsToResource'], resources: snapshots, conditions: oursFromTheStart },
  ],
  ledger: ['acquire', 'peek', 'renew', 'release', 'unresolved', 'put', 'remove'],
};
