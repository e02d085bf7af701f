/** What reconcile-ledger calls: its role allows this and nothing else. */
import type { Permissions } from '../../shared/plan/permissions.ts';
import { tagKeys } from '../../shared/tags.ts';

export const permissions: Permissions = {
  statements: [
    { actions: ['ec2:DescribeInstances', 'ec2:DescribeSnapshots', 'ec2:DescribeVolumes'], resources: ['*'] },
    {
      actions: ['ec2:CreateTags'],
      resources: ['arn:${AWS::Partition}:ec2:${AWS::Region}::snapshot/*'],
      conditions: { StringEquals: { [`aws:ResourceTag/${tagKeys.owner}`]: '${owner}' } },
    },
  ],
  ledger: ['all', 'put'],
};
