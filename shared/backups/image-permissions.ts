/** What the gateway of images calls. Service Authorization Reference: Amazon EC2, Amazon EC2 Auto Scaling. */
import { imageArnsAnywhere, type Statement, snapshotArnsAnywhere, theOwner } from '../plan/permissions.ts';
import { tagKeys } from '../tags.ts';

/** To see what uses an image, and to deregister it with its snapshots. */
export const imageExpiryStatements: readonly Statement[] = [
  {
    actions: [
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeLaunchConfigurations',
      'ec2:DescribeImageAttribute',
      'ec2:DescribeImages',
      'ec2:DescribeInstances',
      'ec2:DescribeLaunchTemplates',
      'ec2:DescribeLaunchTemplateVersions',
      'ec2:DescribeLockedSnapshots',
      'ec2:DescribeSnapshots',
    ],
    resources: ['*'],
  },
  {
    // An image that a launch template names by a parameter: EC2 resolves it with the caller's permissions.
    actions: ['ssm:GetParameters'],
    resources: [`arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/*`],
  },
  {
    actions: ['ec2:DeregisterImage'],
    resources: [imageArnsAnywhere],
    conditions: { StringEquals: { [`aws:ResourceTag/${tagKeys.owner}`]: theOwner } },
  },
  {
    actions: ['ec2:DeleteSnapshot'],
    resources: [snapshotArnsAnywhere],
    conditions: { StringEquals: { [`aws:ResourceTag/${tagKeys.owner}`]: theOwner } },
  },
];
