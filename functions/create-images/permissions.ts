/** What create-images calls: its role allows this and nothing else. Service Authorization Reference, Amazon EC2. */
import {
  arnHere,
  imageArns,
  type Permissions,
  snapshotArns,
  theOwner,
} from '../../shared/plan/permissions.ts';
import { tagKeys } from '../../shared/tags.ts';

export const permissions: Permissions = {
  statements: [
    { actions: ['ec2:DescribeImages', 'ec2:DescribeInstances', 'ec2:DescribeSnapshots'], resources: ['*'] },
    { actions: ['ec2:CreateImage'], resources: [arnHere('ec2', 'instance/*')] },
    {
      actions: ['ec2:CreateImage'],
      resources: [imageArns, snapshotArns],
      conditions: { StringEquals: { [`aws:RequestTag/${tagKeys.owner}`]: theOwner } },
    },
    {
      actions: ['ec2:CreateTags'],
      resources: [imageArns, snapshotArns],
      conditions: { StringEquals: { 'ec2:CreateAction': 'CreateImage' } },
    },
  ],
  ledger: ['acquire', 'peek', 'renew', 'release', 'unresolved', 'put', 'remove'],
};
