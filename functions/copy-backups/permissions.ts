/** What copy-backups calls: its role allows this and nothing else. */
import {
  arnAnywhere,
  arnHere,
  type Permissions,
  type Statement,
  snapshotArns,
  snapshotArnsAnywhere,
  theOwner,
} from '../../shared/plan/permissions.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';

const ours = { [`aws:ResourceTag/${tagKeys.owner}`]: theOwner };
const oursFromTheStart = { [`aws:RequestTag/${tagKeys.owner}`]: theOwner };

/** EC2 and RDS use a customer's keys with this role's permissions: no one else's way to them is opened. */
const throughBackups = { 'kms:ViaService': ['ec2.*.amazonaws.com', 'rds.*.amazonaws.com'] };

function databaseCopies(action: string, resource: string): Statement[] {
  const actions = [action];
  return [
    { actions, resources: [arnHere('rds', `${resource}:*`)], conditions: { StringEquals: ours } },
    {
      actions,
      resources: [arnAnywhere('rds', `${resource}:*`)],
      conditions: { StringEquals: oursFromTheStart },
    },
  ];
}

export const permissions: Permissions = {
  statements: [
    { actions: ['ec2:DescribeSnapshots'], resources: ['*'] },
    // The original, and the copy: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    { actions: ['ec2:CopySnapshot'], resources: [snapshotArns], conditions: { StringEquals: ours } },
    {
      actions: ['ec2:CopySnapshot'],
      resources: [snapshotArnsAnywhere],
      conditions: { StringEquals: oursFromTheStart },
    },
    {
      actions: ['ec2:CreateTags'],
      resources: [snapshotArnsAnywhere],
      conditions: { StringEquals: { 'ec2:CreateAction': 'CopySnapshot' } },
    },
    {
      actions: ['ec2:CreateTags'],
      resources: [snapshotArns],
      conditions: {
        StringEquals: ours,
        'ForAllValues:StringEquals': { 'aws:TagKeys': extraTagKeys.copies },
      },
    },
    { actions: ['rds:DescribeDBClusterSnapshots', 'rds:DescribeDBSnapshots'], resources: ['*'] },
    // The signature for the original's region says nothing of tags, the call in the other region nothing of the original's.
    ...databaseCopies('rds:CopyDBSnapshot', 'snapshot'),
    ...databaseCopies('rds:CopyDBClusterSnapshot', 'cluster-snapshot'),
    {
      actions: ['rds:AddTagsToResource'],
      resources: [arnAnywhere('rds', 'snapshot:*'), arnAnywhere('rds', 'cluster-snapshot:*')],
      conditions: { StringEquals: oursFromTheStart },
    },
    {
      actions: ['rds:AddTagsToResource'],
      resources: [arnHere('rds', 'snapshot:*'), arnHere('rds', 'cluster-snapshot:*')],
      conditions: {
        StringEquals: ours,
        'ForAllValues:StringEquals': { 'aws:TagKeys': extraTagKeys.copies },
      },
    },
    {
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:ReEncrypt*'],
      resources: [arnAnywhere('kms', 'key/*')],
      conditions: { StringLike: throughBackups },
    },
    {
      // EBS and RDS work with a grant of their own while they copy.
      actions: ['kms:CreateGrant'],
      resources: [arnAnywhere('kms', 'key/*')],
      conditions: { StringLike: throughBackups, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
  ],
  ledger: ['acquire', 'renew', 'release', 'put', 'remove'],
};
