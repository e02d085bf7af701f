/** What take-snapshots calls: its role allows this and nothing else. */
import type { Permissions } from '../../shared/plan/permissions.ts';
import { tagKeys } from '../../shared/tags.ts';

// A volume belongs to an account, a snapshot's ARN names none: Service Authorization Reference, Amazon EC2.
const volumes = 'arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:volume/*';
const snapshots = 'arn:${AWS::Partition}:ec2:${AWS::Region}::snapshot/*';

export const permissions: Permissions = {
  statements: [
    { actions: ['ec2:DescribeInstances', 'ec2:DescribeSnapshots', 'ec2:DescribeVolumes'], resources: ['*'] },
    { actions: ['ec2:CreateSnapshot'], resources: [volumes] },
    {
      actions: ['ec2:CreateSnapshot'],
      resources: [snapshots],
      conditions: { StringEquals: { [`aws:RequestTag/${tagKeys.owner}`]: '${owner}' } },
    },
    {
      actions: ['ec2:CreateTags'],
      resources: [snapshots],
      conditions: { StringEquals: { 'ec2:CreateAction': 'CreateSnapshot' } },
    },
  ],
  ledger: ['acquire', 'peek', 'renew', 'release', 'put', 'ofSlot'],
};
