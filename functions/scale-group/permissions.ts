/** What scale-group calls: its role allows this and nothing else. */
import {
  type Permissions,
  theAutoScalingGroups,
  theGroupInstances,
  theGroupQueues,
  theLoadBalancers,
  theTargetGroups,
  theVolumeKeys,
} from '../../shared/plan/permissions.ts';

/** The mark of a member that is being taken out of service. */
const onlyTheMark = {
  'ForAllValues:StringEquals': { 'aws:TagKeys': ['groundskeeper:draining'] },
  // That is true without any key, too, and DeleteTags without a key takes all tags away.
  Null: { 'aws:TagKeys': 'false' },
};

export const permissions: Permissions = {
  statements: [
    {
      actions: ['cloudwatch:DescribeAlarms', 'cloudwatch:GetMetricData'],
      resources: ['*'],
    },
    {
      actions: ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeInstanceRefreshes'],
      resources: ['*'],
    },
    { actions: ['autoscaling:SetDesiredCapacity'], resources: [theAutoScalingGroups] },
    {
      actions: ['ec2:DescribeInstanceAttribute', 'ec2:DescribeInstances', 'ec2:DescribeInstanceStatus'],
      resources: ['*'],
    },
    { actions: ['ec2:StartInstances', 'ec2:StopInstances'], resources: [theGroupInstances] },
    {
      // EC2 starts an instance whose volumes are encrypted with a customer's key by a grant of its own. Without it the
      // call succeeds, and the instance stops again: EBS user guide, "Requirements for Amazon EBS encryption".
      actions: ['kms:CreateGrant'],
      resources: [theVolumeKeys],
      conditions: {
        StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' },
        Bool: { 'kms:GrantIsForAWSResource': 'true' },
      },
    },
    {
      actions: ['ec2:CreateTags', 'ec2:DeleteTags'],
      resources: [theGroupInstances],
      conditions: onlyTheMark,
    },
    {
      actions: [
        'elasticloadbalancing:DescribeInstanceHealth',
        'elasticloadbalancing:DescribeLoadBalancerAttributes',
        'elasticloadbalancing:DescribeTargetGroupAttributes',
        'elasticloadbalancing:DescribeTargetHealth',
      ],
      resources: ['*'],
    },
    {
      actions: ['elasticloadbalancing:DeregisterTargets', 'elasticloadbalancing:RegisterTargets'],
      resources: [theTargetGroups],
    },
    {
      actions: [
        'elasticloadbalancing:DeregisterInstancesFromLoadBalancer',
        'elasticloadbalancing:RegisterInstancesWithLoadBalancer',
      ],
      resources: [theLoadBalancers],
    },
    { actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl'], resources: [theGroupQueues] },
  ],
  ledger: ['acquire', 'renew', 'release', 'readState', 'writeState'],
};
