/** What take-snapshots calls: its role allows this and nothing else. Service Authorization Reference, Amazon EC2 and SSM. */
import { arnHere, type Permissions, snapshotArns, theOwner } from '../../shared/plan/permissions.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';

export const permissions: Permissions = {
  statements: [
    { actions: ['ec2:DescribeInstances', 'ec2:DescribeSnapshots', 'ec2:DescribeVolumes'], resources: ['*'] },
    { actions: ['ec2:CreateSnapshot', 'ec2:CreateSnapshots'], resources: [arnHere('ec2', 'volume/*')] },
    { actions: ['ec2:CreateSnapshots'], resources: [arnHere('ec2', 'instance/*')] },
    {
      actions: ['ec2:CreateSnapshot', 'ec2:CreateSnapshots'],
      resources: [snapshotArns],
      conditions: { StringEquals: { [`aws:RequestTag/${tagKeys.owner}`]: theOwner } },
    },
    {
      actions: ['ec2:CreateTags'],
      resources: [snapshotArns],
      conditions: { StringEquals: { 'ec2:CreateAction': ['CreateSnapshot', 'CreateSnapshots'] } },
    },
    {
      actions: ['ec2:CreateTags'],
      resources: [snapshotArns],
      conditions: {
        StringEquals: { [`aws:ResourceTag/${tagKeys.owner}`]: theOwner },
        // What is known of a set only once it was made.
        'ForAllValues:StringEquals': {
          'aws:TagKeys': [extraTagKeys.members, extraTagKeys.consistency, extraTagKeys.frozenSeconds],
        },
      },
    },
    {
      actions: ['ssm:SendCommand'],
      resources: [
        arnHere('ec2', 'instance/*'),
        // AWS's own documents' ARNs name no account.
        `arn:\${AWS::Partition}:ssm:\${AWS::Region}::document/AWS-RunShellScript`,
      ],
    },
    { actions: ['ssm:GetCommandInvocation'], resources: ['*'] },
  ],
  ledger: ['acquire', 'peek', 'renew', 'release', 'unresolved', 'put', 'remove'],
};
