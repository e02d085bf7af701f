/**
 * What CloudFormation calls, with the permissions of the one who deploys, to create, read and delete
 * each type of resource in our template: the handlers in the types' registry schemas, without what
 * serves properties that we do not use (VPCs, managed policies, keys, imports).
 */
interface DeployerCalls {
  /** Such a resource of ours. */
  on: string;
  calls: readonly string[];
  /** Calls that AWS lets nobody narrow down. */
  anywhere?: readonly string[];
}

/** Is global: its ARNs name no region. */
const cloudFrontArn = (resource: string) => `arn:aws:cloudfront::ACCOUNT:${resource}`;

const arn = (service: string, resource: string) => `arn:aws:${service}:REGION:ACCOUNT:${resource}`;

export const deployerCalls: Readonly<Record<string, DeployerCalls>> = {
  'AWS::CloudFront::Distribution': {
    on: cloudFrontArn('distribution/E1EXAMPLE2345'),
    calls: [
      'CreateDistribution',
      'GetDistribution',
      'GetDistributionConfig',
      'UpdateDistribution',
      'DeleteDistribution',
      'ListTagsForResource',
      'TagResource',
      'UntagResource',
    ].map((name) => `cloudfront:${name}`),
  },
  'AWS::CloudFront::Function': {
    on: cloudFrontArn('function/groundskeeper-prod-www-1234abcd'),
    calls: [
      'CreateFunction',
      'DescribeFunction',
      'GetFunction',
      'PublishFunction',
      'UpdateFunction',
      'DeleteFunction',
    ].map((name) => `cloudfront:${name}`),
  },
  'AWS::CloudFront::OriginAccessControl': {
    on: cloudFrontArn('origin-access-control/E2EXAMPLE2345'),
    calls: [
      'CreateOriginAccessControl',
      'GetOriginAccessControl',
      'UpdateOriginAccessControl',
      'DeleteOriginAccessControl',
    ].map((name) => `cloudfront:${name}`),
  },
  'AWS::CloudWatch::Alarm': {
    on: arn('cloudwatch', 'alarm:groundskeeper-prod-data-daily-age'),
    calls: ['PutMetricAlarm', 'DeleteAlarms', 'ListTagsForResource', 'TagResource'].map(
      (name) => `cloudwatch:${name}`,
    ),
    anywhere: ['cloudwatch:DescribeAlarms'],
  },
  // Created and kept: the stack never deletes the ledger.
  'AWS::DynamoDB::Table': {
    on: arn('dynamodb', 'table/groundskeeper-prod'),
    calls: [
      'CreateTable',
      'DescribeTable',
      'DescribeContinuousBackups',
      'UpdateContinuousBackups',
      'DescribeContributorInsights',
      'DescribeKinesisStreamingDestination',
      'DescribeTimeToLive',
      'GetResourcePolicy',
      'ListTagsOfResource',
      'TagResource',
    ].map((name) => `dynamodb:${name}`),
  },
  'AWS::Events::Rule': {
    on: arn('events', 'rule/groundskeeper-prod-CopyCompletedSnapshotRule-1ABC'),
    calls: [
      'PutRule',
      'DescribeRule',
      'DeleteRule',
      'PutTargets',
      'RemoveTargets',
      'ListTargetsByRule',
      'TagResource',
    ].map((name) => `events:${name}`),
  },
  'AWS::IAM::Role': {
    on: 'arn:aws:iam::ACCOUNT:role/groundskeeper-prod-TakeSnapshotsRole-1ABC',
    calls: [
      'CreateRole',
      'DeleteRole',
      'GetRole',
      'PutRolePolicy',
      'GetRolePolicy',
      'DeleteRolePolicy',
      'ListRolePolicies',
      'ListAttachedRolePolicies',
      'TagRole',
      'UntagRole',
    ].map((name) => `iam:${name}`),
  },
  'AWS::Lambda::EventInvokeConfig': {
    on: arn('lambda', 'function:groundskeeper-prod-take-snapshots:$LATEST'),
    calls: ['Put', 'Get', 'Delete'].map((verb) => `lambda:${verb}FunctionEventInvokeConfig`),
  },
  // Service Authorization Reference, AWS Lambda: of these a condition on the function takes the place of an ARN.
  'AWS::Lambda::EventSourceMapping': {
    on: arn('lambda', 'event-source-mapping:91eaeb7e-c976-1234-9451-8709db01f137'),
    calls: ['lambda:GetEventSourceMapping', 'lambda:DeleteEventSourceMapping', 'lambda:TagResource'],
    anywhere: ['lambda:CreateEventSourceMapping'],
  },
  'AWS::Lambda::Function': {
    on: arn('lambda', 'function:groundskeeper-prod-take-snapshots'),
    calls: [
      'CreateFunction',
      'DeleteFunction',
      'GetFunction',
      'GetFunctionCodeSigningConfig',
      'GetFunctionRecursionConfig',
      'GetFunctionScalingConfig',
      'GetRuntimeManagementConfig',
      'ListTags',
      'TagResource',
    ].map((name) => `lambda:${name}`),
  },
  'AWS::Lambda::Permission': {
    on: arn('lambda', 'function:groundskeeper-prod-copy-backups'),
    calls: ['AddPermission', 'RemovePermission', 'GetPolicy'].map((name) => `lambda:${name}`),
  },
  'AWS::Logs::LogGroup': {
    on: arn('logs', 'log-group:/aws/lambda/groundskeeper-prod-take-snapshots:*'),
    calls: [
      'CreateLogGroup',
      'DeleteLogGroup',
      'PutRetentionPolicy',
      'GetDataProtectionPolicy',
      'DeleteDataProtectionPolicy',
      'ListTagsForResource',
      'TagResource',
    ].map((name) => `logs:${name}`),
    anywhere: ['logs:DescribeLogGroups', 'logs:DescribeIndexPolicies', 'logs:DescribeResourcePolicies'],
  },
  'AWS::S3::Bucket': {
    on: 'arn:aws:s3:::groundskeeper-prod-serverlessdeploymentbucket-1abc',
    calls: [
      'CreateBucket',
      'DeleteBucket',
      'PutEncryptionConfiguration',
      'PutBucketNotification',
      'PutBucketOwnershipControls',
      'PutBucketPublicAccessBlock',
      'PutBucketTagging',
      'PutBucketVersioning',
      'PutLifecycleConfiguration',
      'GetAccelerateConfiguration',
      'GetAnalyticsConfiguration',
      'GetBucketCORS',
      'GetBucketLogging',
      'GetBucketMetadataTableConfiguration',
      'GetBucketNotification',
      'GetBucketObjectLockConfiguration',
      'GetBucketOwnershipControls',
      'GetBucketPublicAccessBlock',
      'GetBucketTagging',
      'GetBucketVersioning',
      'GetBucketWebsite',
      'GetEncryptionConfiguration',
      'GetIntelligentTieringConfiguration',
      'GetInventoryConfiguration',
      'GetLifecycleConfiguration',
      'GetMetricsConfiguration',
      'GetReplicationConfiguration',
    ].map((name) => `s3:${name}`),
  },
  'AWS::S3::BucketPolicy': {
    on: 'arn:aws:s3:::groundskeeper-prod-serverlessdeploymentbucket-1abc',
    calls: ['Get', 'Put', 'Delete'].map((verb) => `s3:${verb}BucketPolicy`),
  },
  'AWS::SNS::Subscription': {
    on: arn('sns', 'groundskeeper-prod-NotifyTopic-1ABC'),
    calls: ['sns:Subscribe'],
    anywhere: ['sns:GetSubscriptionAttributes', 'sns:SetSubscriptionAttributes', 'sns:Unsubscribe'],
  },
  'AWS::SNS::Topic': {
    on: arn('sns', 'groundskeeper-prod-NotifyTopic-1ABC'),
    calls: [
      'CreateTopic',
      'DeleteTopic',
      'GetTopicAttributes',
      'GetDataProtectionPolicy',
      'ListSubscriptionsByTopic',
      'ListTagsForResource',
      'TagResource',
    ].map((name) => `sns:${name}`),
  },
  'AWS::SQS::Queue': {
    on: arn('sqs', 'groundskeeper-prod-TakeSnapshotsDeadLetters-1ABC'),
    calls: [
      'CreateQueue',
      'DeleteQueue',
      'GetQueueUrl',
      'GetQueueAttributes',
      'ListQueueTags',
      'TagQueue',
    ].map((name) => `sqs:${name}`),
  },
  'AWS::SQS::QueuePolicy': {
    on: arn('sqs', 'groundskeeper-prod-CopyBackupsDeadLetters-1ABC'),
    calls: ['sqs:SetQueueAttributes', 'sqs:GetQueueAttributes'],
  },
  'AWS::Scheduler::Schedule': {
    on: arn('scheduler', 'schedule/groundskeeper-prod/data.daily'),
    calls: ['Create', 'Get', 'Delete'].map((verb) => `scheduler:${verb}Schedule`),
  },
  'AWS::Scheduler::ScheduleGroup': {
    on: arn('scheduler', 'schedule-group/groundskeeper-prod'),
    calls: [
      'CreateScheduleGroup',
      'GetScheduleGroup',
      'DeleteScheduleGroup',
      'ListTagsForResource',
      'TagResource',
    ].map((name) => `scheduler:${name}`),
  },
};

/** What osls adds to every stack. */
export const typesOfServerless = [
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::Logs::LogGroup',
  'AWS::Lambda::Function',
  'AWS::Lambda::EventInvokeConfig',
];
