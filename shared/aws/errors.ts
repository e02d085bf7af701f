/**
 * What AWS's errors mean to us: the only place that knows their names. SDK v3 shows EC2's wire code as
 * `error.name`, RDS's as the name of the error's shape. Messages are read where nothing else tells.
 */

export type Nature =
  /** Refused for its rate, certainly not done: repeat after a back-off. */
  | 'throttled'
  /** One snapshot a volume every 15 seconds: repeat after that. */
  | 'volume-rate'
  /** Too many at once of something that takes its time: leave it for a later run. */
  | 'busy'
  /** EC2 has no room for an instance of this type in this zone now; it may have in another. */
  | 'no-capacity'
  /** No answer, or one of a broken server: it may have been done. Look before you repeat it. */
  | 'unknown-outcome'
  /** It is not there. */
  | 'absent'
  /** Something else needs it. */
  | 'in-use'
  /** The name that it is to have is taken: maybe by itself, made by an attempt that was not answered. */
  | 'exists'
  /** What a write was to stand on is another one by now: someone else was there before. Certainly not done. */
  | 'conflict'
  /** The account has as many as it may: refused until a person deletes some, or raises the quota. */
  | 'quota'
  /** Refused, certainly not done, and would be refused again. */
  | 'refused'
  /** Not an answer of AWS at all: nothing can be concluded from it. */
  | 'unclear';

const natures: Record<string, Nature> = {
  UncertainError: 'unknown-outcome',
  // https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
  RequestLimitExceeded: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  ThrottledException: 'throttled',
  RequestThrottled: 'throttled',
  RequestThrottledException: 'throttled',
  TooManyRequestsException: 'throttled',
  EC2ThrottledException: 'throttled',
  PriorRequestNotComplete: 'throttled',
  BandwidthLimitExceeded: 'throttled',
  ResourceContention: 'throttled',
  SnapshotCreationPerVolumeRateExceeded: 'volume-rate',
  // Five pending snapshots a volume, one for st1 and sc1: they may take hours to complete.
  ConcurrentSnapshotLimitExceeded: 'busy',
  InsufficientInstanceCapacity: 'no-capacity',
  InsufficientHostCapacity: 'no-capacity',
  InsufficientCapacity: 'no-capacity',
  InstanceLimitExceeded: 'quota',
  VcpuLimitExceeded: 'quota',
  // Auto Scaling, Elastic Load Balancing, SQS: the shapes' names.
  ResourceContentionFault: 'throttled',
  ScalingActivityInProgressFault: 'busy',
  InstanceRefreshInProgressFault: 'busy',
  // The same, where the operation does not declare it.
  InstanceRefreshInProgress: 'busy',
  // An instance, and a Classic Load Balancer's.
  InvalidEndPointException: 'absent',
  QueueDoesNotExist: 'absent',
  // 20 copies under way to a region.
  ResourceLimitExceeded: 'busy',
  'InvalidSnapshot.NotFound': 'absent',
  'InvalidVolume.NotFound': 'absent',
  'InvalidInstanceID.NotFound': 'absent',
  'InvalidAMIID.NotFound': 'absent',
  // Deregistered.
  'InvalidAMIID.Unavailable': 'absent',
  'InvalidAMIName.Duplicate': 'exists',
  // Too many images of one instance at once.
  ConcurrentCreateImageNoRebootLimitExceeded: 'busy',
  'InvalidSnapshot.InUse': 'in-use',
  // RDS: the shapes' names. What is not available is being changed, backed up or started.
  InvalidDBInstanceStateFault: 'busy',
  InvalidDBClusterStateFault: 'busy',
  InvalidDBSnapshotStateFault: 'busy',
  InvalidDBClusterSnapshotStateFault: 'busy',
  DBInstanceNotFoundFault: 'absent',
  DBClusterNotFoundFault: 'absent',
  DBSnapshotNotFoundFault: 'absent',
  DBClusterSnapshotNotFoundFault: 'absent',
  DBSnapshotAlreadyExistsFault: 'exists',
  DBClusterSnapshotAlreadyExistsFault: 'exists',
  // Our own, of RDS snapshots: what RDS said, in words that help.
  DatabaseBusyError: 'busy',
  IdentifierTakenError: 'refused',
  SnapshotQuotaError: 'refused',
  // SSM knows a command some seconds after it has taken it.
  InvocationDoesNotExist: 'absent',
  // Paths or wildcards in progress, or requests for them: some minutes later there is room again.
  TooManyInvalidationsInProgress: 'busy',
  NoSuchDistribution: 'absent',
  // A caller reference that was used with other paths.
  InvalidationBatchAlreadyExists: 'exists',
  // S3: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. Of a HEAD only the status is told.
  NoSuchKey: 'absent',
  NotFound: 'absent',
  NoSuchVersion: 'absent',
  NoSuchUpload: 'absent',
  PreconditionFailed: 'conflict',
  // Statuses of 300 and more: the bucket was asked in the wrong region.
  PermanentRedirect: 'refused',
  TemporaryRedirect: 'refused',
  // Another write of the same key was under way, or a delete: user guide, "Conditional requests".
  ConditionalRequestConflict: 'throttled',
  OperationAborted: 'throttled',
  SlowDown: 'throttled',
  // EventBridge says it of single events.
  InternalFailure: 'unknown-outcome',
  InternalException: 'unknown-outcome',
  RequestTimeout: 'unknown-outcome',
  // Our own: the job wants no backup without the freeze, and none was made.
  FreezeRefusedError: 'refused',
  // Our own: several balancers, each of which has refused.
  RefusedError: 'refused',
};

const brokenConnections = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** An AWS error, as far as we read it. */
export interface AwsError {
  name: string;
  message: string;
  requestId: string | undefined;
}

interface Thrown {
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

export function natureOf(error: unknown): Nature {
  const { name = '', message = '', code = '', $metadata } = (error ?? {}) as Thrown;
  const known = natureByName(name, message);
  if (known) return known;
  const status = $metadata?.httpStatusCode ?? 0;
  if (status >= 500 || name === 'TimeoutError' || brokenConnections.has(code)) return 'unknown-outcome';
  return status >= 400 ? 'refused' : 'unclear';
}

function natureByName(name: string, message: string): Nature | undefined {
  if (name === 'SnapshotQuotaExceededFault') return natureOfSnapshotQuota(message);
  if (name === 'InvalidArgument' && usedReference.test(message)) return 'exists';
  // It is said of what may never be a target, too.
  if (name === 'InvalidTargetException' && /not in a running state/i.test(message)) return 'busy';
  return Object.hasOwn(natures, name) ? natures[name] : undefined;
}

/** Of StartInstances and StopInstances: pending and stopping ones take neither. */
export const isBetweenStates = (error: unknown): boolean =>
  awsErrorOf(error).name === 'IncorrectInstanceState';

/** Of StopInstances: a person has protected the instance from it. */
export const isStopProtected = (error: unknown): boolean =>
  awsErrorOf(error).name === 'OperationNotPermitted';

/** Of Auto Scaling: the group's instances are being replaced. */
export const isRefreshing = (error: unknown): boolean =>
  awsErrorOf(error).name.startsWith('InstanceRefreshInProgress');

/** Of StopInstances: the instance can be stopped, but not hibernated. */
export const cannotHibernate = (error: unknown): boolean =>
  awsErrorOf(error).name === 'UnsupportedHibernationConfiguration';

/** What CloudFront really answers where its documentation has `InvalidationBatchAlreadyExists`. */
const usedReference = /caller reference that was used for a previous invalidation batch/i;

/** RDS has one name for too many snapshots, and for too many copies under way to a region, "across regions". */
const natureOfSnapshotQuota = (message: string): Nature =>
  /across regions/i.test(message) ? 'busy' : 'quota';

export function awsErrorOf(error: unknown): AwsError {
  const { name = 'Error', message = String(error), $metadata } = (error ?? {}) as Thrown;
  return { name, message, requestId: $metadata?.requestId };
}
