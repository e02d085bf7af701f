/** What expire-backups calls: its role allows this and nothing else. */
import { type Permissions, snapshotArns, theOwner } from '../../shared/plan/permissions.ts';
import { tagKeys } from '../../shared/tags.ts';

export const permissions: Permissions = {
  statements: [
    { actions: ['ec2:DescribeImages', 'ec2:DescribeSnapshots', 'ec2:DescribeVolumes'], resources: ['*'] },
    {
      // The last line of defence: AWS itself refuses to delete what does not carry our tag.
      actions: ['ec2:DeleteSnapshot'],
      resources: [snapshotArns],
      conditions: { StringEquals: { [`aws:ResourceTag/${tagKeys.owner}`]: theOwner } },
    },
  ],
  ledger: ['due', 'remove'],
};
