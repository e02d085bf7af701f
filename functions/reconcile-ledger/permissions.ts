/** What reconcile-ledger calls: its role allows this and nothing else. */
import { type Permissions, snapshotArns, theOwner } from '../../shared/plan/permissions.ts';
import { tagKeys } from '../../shared/tags.ts';

export const permissions: Permissions = {
  statements: [
    { actions: ['ec2:DescribeInstances', 'ec2:DescribeSnapshots', 'ec2:DescribeVolumes'], resources: ['*'] },
    {
      actions: ['ec2:CreateTags'],
      resources: [snapshotArns],
      conditions: {
        StringEquals: { [`aws:ResourceTag/${tagKeys.owner}`]: theOwner },
        // A retention may change; whose it is may not.
        'ForAllValues:StringEquals': { 'aws:TagKeys': tagKeys.expires },
      },
    },
  ],
  ledger: ['all', 'put'],
};
