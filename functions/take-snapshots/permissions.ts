/** What take-snapshots calls: its role allows this and nothing else. */
import { arnHere, type Permissions, snapshotArns, theOwner } from '../../shared/plan/permissions.ts';
import { tagKeys } from '../../shared/tags.ts';

export const permissions: Permissions = {
  statements: [
    { actions: ['ec2:DescribeInstances', 'ec2:DescribeSnapshots', 'ec2:DescribeVolumes'], resources: ['*'] },
    { actions: ['ec2:CreateSnapshot'], resources: [arnHere('ec2', 'volume/*')] },
    {
      actions: ['ec2:CreateSnapshot'],
      resources: [snapshotArns],
      conditions: { StringEquals: { [`aws:RequestTag/${tagKeys.owner}`]: theOwner } },
    },
    {
      actions: ['ec2:CreateTags'],
      resources: [snapshotArns],
      conditions: { StringEquals: { 'ec2:CreateAction': 'CreateSnapshot' } },
    },
  ],
  ledger: ['acquire', 'peek', 'renew', 'release', 'unresolved', 'put', 'remove'],
};
