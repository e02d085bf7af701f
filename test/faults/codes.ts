/**
 * AWS's refusals by call, each of which leaves the account as it was. Codes that say something of the
 * account (`InvalidVolume.NotFound`) would be lies here: scenarios make them true by `meanwhile`.
 *
 * EC2: https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
 * SimpleDB: https://docs.aws.amazon.com/AmazonSimpleDB/latest/DeveloperGuide/APIErrors.html
 * EC2 Auto Scaling, Elastic Load Balancing, CloudWatch: their API references, the pages of the calls
 * S3: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 * DynamoDB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
export interface Refusal {
  code: string;
  status: number;
}

const refused = (...codes: string[]): Refusal[] => codes.map((code) => ({ code, status: 400 }));

const simpleDbWrite: Refusal[] = [
  { code: 'RequestTimeout', status: 408 },
  { code: 'InternalError', status: 500 },
  { code: 'NumberDomainBytesExceeded', status: 409 },
];

const ofSnapshots = refused(
  'SnapshotCreationPerVolumeRateExceeded',
  'ConcurrentSnapshotLimitExceeded',
  'SnapshotLimitExceeded',
  'PendingSnapshotLimitExceeded',
  'ResourceLimitExceeded',
  'IncorrectState',
  'UnauthorizedOperation',
);

const denied: Refusal = { code: 'AccessDenied', status: 403 };
/** "409 Conflict … when a conflicting operation occurs during the upload": user guide, "Conditional writes". */
const conflicting: Refusal = { code: 'ConditionalRequestConflict', status: 409 };
/** "A 200 OK response can contain valid or invalid XML": API reference, CopyObject, CompleteMultipartUpload. */
const failedLate: Refusal = { code: 'InternalError', status: 200 };

const ofS3: Readonly<Record<string, readonly Refusal[]>> = {
  's3 GetObject': [denied],
  's3 HeadObject': [denied],
  's3 ListObjectsV2': [denied],
  's3 ListMultipartUploads': [denied],
  's3 PutObject': [denied, conflicting],
  's3 CopyObject': [denied, failedLate],
  's3 DeleteObject': [denied],
  's3 DeleteObjects': [denied],
  's3 CreateMultipartUpload': [denied],
  's3 UploadPart': [denied],
  's3 CompleteMultipartUpload': [denied, failedLate],
  's3 AbortMultipartUpload': [denied],
};

export const refusals: Readonly<Record<string, readonly Refusal[]>> = {
  'ec2 CreateSnapshot': ofSnapshots,
  'ec2 CreateSnapshots': ofSnapshots,
  'ec2 CopySnapshot': refused('ResourceLimitExceeded', 'IncorrectState', 'UnauthorizedOperation'),
  // InvalidAMIName.Duplicate: EC2 may keep a name for a while after its image is gone.
  'ec2 CreateImage': refused(
    'ConcurrentCreateImageNoRebootLimitExceeded',
    'InvalidAMIName.Duplicate',
    'IncorrectState',
    'UnauthorizedOperation',
  ),
  'ec2 DeregisterImage': refused('AuthFailure', 'OperationNotPermitted', 'UnauthorizedOperation'),
  'ec2 DescribeImageAttribute': refused('UnauthorizedOperation', 'AuthFailure'),
  'ec2 DescribeLaunchTemplates': refused('UnauthorizedOperation'),
  'ec2 DescribeLaunchTemplateVersions': refused('UnauthorizedOperation'),
  'ec2 StartInstances': refused(
    'InsufficientInstanceCapacity',
    'IncorrectInstanceState',
    'InstanceLimitExceeded',
    'UnauthorizedOperation',
  ),
  'ec2 StopInstances': refused(
    'OperationNotPermitted',
    'IncorrectInstanceState',
    'UnsupportedHibernationConfiguration',
    'UnauthorizedOperation',
  ),
  'ec2 DeleteTags': refused('UnauthorizedOperation'),
  'ec2 DescribeInstanceAttribute': refused('UnauthorizedOperation'),
  'ec2 DescribeInstanceStatus': refused('UnauthorizedOperation'),
  // Amazon EC2 Auto Scaling API reference, SetDesiredCapacity and the common errors
  'autoscaling SetDesiredCapacity': refused(
    'ScalingActivityInProgress',
    'ResourceContention',
    'AccessDenied',
  ),
  'autoscaling DescribeInstanceRefreshes': refused('AccessDenied'),
  // Elastic Load Balancing API references, of both kinds, and the common errors
  'elbv2 DescribeTargetHealth': refused('AccessDenied'),
  'elbv2 DescribeTargetGroupAttributes': refused('AccessDenied'),
  'elbv2 RegisterTargets': refused('InvalidTarget', 'TooManyTargets', 'AccessDenied'),
  'elbv2 DeregisterTargets': refused('AccessDenied'),
  'elb DescribeInstanceHealth': refused('AccessDenied'),
  'elb DescribeLoadBalancerAttributes': refused('AccessDenied'),
  'elb RegisterInstancesWithLoadBalancer': refused('InvalidInstance', 'AccessDenied'),
  'elb DeregisterInstancesFromLoadBalancer': refused('AccessDenied'),
  // Amazon CloudWatch API reference, common errors
  'cloudwatch DescribeAlarms': refused('AccessDenied'),
  'cloudwatch GetMetricData': refused('AccessDenied'),
  'autoscaling DescribeLaunchConfigurations': refused('AccessDenied'),
  'autoscaling DescribeAutoScalingGroups': refused('AccessDenied'),
  'ec2 DeleteSnapshot': refused('InvalidSnapshot.InUse', 'InvalidParameterValue', 'UnauthorizedOperation'),
  'ec2 CreateTags': refused('TagLimitExceeded', 'UnauthorizedOperation'),
  'ec2 DescribeSnapshots': refused('UnauthorizedOperation', 'InvalidParameterValue'),
  'ec2 DescribeVolumes': refused('UnauthorizedOperation'),
  'ec2 DescribeInstances': refused('UnauthorizedOperation'),
  'ec2 DescribeImages': refused('UnauthorizedOperation', 'AuthFailure'),
  'ec2 DescribeLockedSnapshots': refused('UnauthorizedOperation'),
  'ec2 DescribeSnapshotAttribute': refused('UnauthorizedOperation'),
  // API reference, SendCommand and GetCommandInvocation
  'ssm SendCommand': refused('InvalidInstanceId', 'UnsupportedPlatformType', 'AccessDeniedException'),
  'ssm GetCommandInvocation': refused('InvocationDoesNotExist', 'AccessDeniedException'),
  // API reference, CopyDBSnapshot and CopyDBClusterSnapshot; the first one's message tells its meanings apart.
  'rds CopyDBSnapshot': refused('SnapshotQuotaExceeded', 'InvalidDBSnapshotState', 'AccessDenied'),
  'rds CopyDBClusterSnapshot': refused(
    'SnapshotQuotaExceeded',
    'InvalidDBClusterSnapshotStateFault',
    'AccessDenied',
  ),
  // API reference, CreateDBSnapshot, CreateDBClusterSnapshot and the common errors
  'rds CreateDBSnapshot': refused('InvalidDBInstanceState', 'SnapshotQuotaExceeded', 'AccessDenied'),
  'rds CreateDBClusterSnapshot': refused(
    'InvalidDBClusterStateFault',
    'SnapshotQuotaExceeded',
    'AccessDenied',
  ),
  'rds DescribeDBInstances': refused('AccessDenied', 'InvalidParameterValue'),
  'rds DescribeDBClusters': refused('AccessDenied'),
  'rds DescribeDBSnapshots': refused('AccessDenied'),
  'rds DescribeDBClusterSnapshots': refused('AccessDenied'),
  'rds DescribeDBSnapshotAttributes': refused('AccessDenied'),
  'rds DescribeDBClusterSnapshotAttributes': refused('AccessDenied'),
  'rds DeleteDBSnapshot': refused('InvalidDBSnapshotState', 'AccessDenied'),
  'rds DeleteDBClusterSnapshot': refused('InvalidDBClusterSnapshotStateFault', 'AccessDenied'),
  // API reference, SendMessageBatch and the common errors
  'sqs GetQueueUrl': refused('AccessDeniedException'),
  'sqs GetQueueAttributes': refused('AccessDeniedException'),
  'sqs SendMessageBatch': refused('AccessDeniedException', 'BatchRequestTooLong'),
  ...ofS3,
  // API reference, CreateInvalidation and the common errors
  'cloudfront ListDistributions': refused('AccessDenied'),
  'cloudfront GetDistributionConfig': refused('AccessDenied'),
  'cloudfront CreateInvalidation': refused(
    'TooManyInvalidationsInProgress',
    'InvalidArgument',
    'AccessDenied',
  ),
  'cloudfront GetInvalidation': refused('AccessDenied'),
  // API reference, PutEvents and the common errors
  'events PutEvents': refused('AccessDeniedException'),
  'simpledb CreateDomain': [{ code: 'NumberDomainsExceeded', status: 409 }],
  'simpledb PutAttributes': [
    ...simpleDbWrite,
    { code: 'ConditionalCheckFailed', status: 409 },
    { code: 'AttributeDoesNotExist', status: 404 },
    { code: 'NoSuchDomain', status: 400 },
  ],
  'simpledb BatchPutAttributes': [
    ...simpleDbWrite,
    { code: 'DuplicateItemName', status: 400 },
    { code: 'NoSuchDomain', status: 400 },
  ],
  'simpledb BatchDeleteAttributes': simpleDbWrite,
  'simpledb GetAttributes': [{ code: 'RequestTimeout', status: 408 }],
  'simpledb Select': [
    { code: 'RequestTimeout', status: 408 },
    { code: 'InvalidNextToken', status: 400 },
  ],
  'dynamodb PutItem': refused('ConditionalCheckFailedException', 'ResourceNotFoundException'),
  'dynamodb UpdateItem': refused('ConditionalCheckFailedException', 'ResourceNotFoundException'),
  'dynamodb BatchWriteItem': refused('ResourceNotFoundException', 'ItemCollectionSizeLimitExceededException'),
  'dynamodb GetItem': refused('ResourceNotFoundException', 'AccessDeniedException'),
  'dynamodb Query': refused('ResourceNotFoundException', 'AccessDeniedException'),
};

/** How each service says "too many requests". */
export const throttles: Readonly<Record<string, Refusal>> = {
  ec2: { code: 'RequestLimitExceeded', status: 503 },
  simpledb: { code: 'ServiceUnavailable', status: 503 },
  dynamodb: { code: 'ThrottlingException', status: 400 },
  ssm: { code: 'ThrottlingException', status: 400 },
  sqs: { code: 'ThrottlingException', status: 400 },
  autoscaling: { code: 'Throttling', status: 400 },
  elb: { code: 'Throttling', status: 400 },
  elbv2: { code: 'Throttling', status: 400 },
  cloudwatch: { code: 'ThrottlingException', status: 400 },
  rds: { code: 'Throttling', status: 400 },
  s3: { code: 'SlowDown', status: 503 },
  events: { code: 'ThrottlingException', status: 400 },
  cloudfront: { code: 'Throttling', status: 400 },
};

/** How each service says that it broke, after which the work may have been done. */
export const breakdowns: Readonly<Record<string, Refusal>> = {
  ec2: { code: 'InternalError', status: 500 },
  simpledb: { code: 'InternalError', status: 500 },
  dynamodb: { code: 'InternalServerError', status: 500 },
  ssm: { code: 'InternalServerError', status: 500 },
  sqs: { code: 'ServiceUnavailable', status: 503 },
  autoscaling: { code: 'InternalFailure', status: 500 },
  elb: { code: 'InternalFailure', status: 500 },
  elbv2: { code: 'InternalFailure', status: 500 },
  cloudwatch: { code: 'InternalServiceFault', status: 500 },
  rds: { code: 'InternalFailure', status: 500 },
  s3: { code: 'InternalError', status: 500 },
  events: { code: 'InternalException', status: 500 },
  cloudfront: { code: 'ServiceUnavailable', status: 503 },
};
