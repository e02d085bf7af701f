/** What reconcile-ledger calls: its role allows this and nothing else. Service Authorization Reference, Amazon EC2 and RDS. */
import {
  arnHere,
  imageArns,
  type Permissions,
  snapshotArns,
  theOwner,
} from '../../shared/plan/permissions.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';

/** What a backup stands for, and until when, may change; whose it is and what it is of may not. */
const oursAlone = {
  StringEquals: { [`aws:ResourceTag/${tagKeys.owner}`]: theOwner },
  'ForAllValues:StringEquals': {
    'aws:TagKeys': [tagKeys.expires, tagKeys.tier, tagKeys.slot, extraTagKeys.promotedFrom],
  },
};

export const permissions: Permissions = {
  statements: [
    {
      actions: [
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeSnapshots',
        'ec2:DescribeVolumes',
        'rds:DescribeDBClusterSnapshots',
        'rds:DescribeDBClusters',
        'rds:DescribeDBInstances',
        'rds:DescribeDBSnapshots',
      ],
      resources: ['*'],
    },
    { actions: ['ec2:CreateTags'], resources: [snapshotArns, imageArns], conditions: oursAlone },
    {
      actions: ['rds:AddTagsToResource'],
      resources: [arnHere('rds', 'snapshot:*'), arnHere('rds', 'cluster-snapshot:*')],
      conditions: oursAlone,
    },
  ],
  ledger: ['all', 'put', 'remove'],
};
