/** What expire-backups calls: its role allows this and nothing else. The queue is in its role by itself. */
import { imageExpiryStatements } from '../../shared/backups/image-permissions.ts';
import { arnAnywhere, type Permissions, theOwner } from '../../shared/plan/permissions.ts';
import { tagKeys } from '../../shared/tags.ts';

export const permissions: Permissions = {
  statements: [
    {
      actions: ['ec2:DescribeLockedSnapshots', 'ec2:DescribeSnapshotAttribute', 'ec2:DescribeVolumes'],
      resources: ['*'],
    },
    // Among them is the deletion of snapshots, those of no image too.
    ...imageExpiryStatements,
    {
      actions: [
        'rds:DescribeDBClusterSnapshotAttributes',
        'rds:DescribeDBClusterSnapshots',
        'rds:DescribeDBClusters',
        'rds:DescribeDBInstances',
        'rds:DescribeDBSnapshotAttributes',
        'rds:DescribeDBSnapshots',
      ],
      resources: ['*'],
    },
    {
      // The last line of defence: AWS itself refuses to delete what does not carry our tag.
      actions: ['rds:DeleteDBSnapshot'],
      resources: [arnAnywhere('rds', 'snapshot:*')],
      conditions: { StringEquals: { [`aws:ResourceTag/${tagKeys.owner}`]: theOwner } },
    },
    {
      actions: ['rds:DeleteDBClusterSnapshot'],
      resources: [arnAnywhere('rds', 'cluster-snapshot:*')],
      conditions: { StringEquals: { [`aws:ResourceTag/${tagKeys.owner}`]: theOwner } },
    },
  ],
  ledger: ['due', 'remove'],
};
