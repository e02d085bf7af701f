import type { NewDistribution } from './cloudfront/distribution.ts';
import type { SeenInvalidation } from './cloudfront/invalidations.ts';
import type { AwsEvent } from './lambda/rules.ts';

/** The local AWS, as tests and the demo use it. `startSandbox(options)` in `sandbox.ts` makes one. */
export interface Sandbox {
  /** `http://127.0.0.1:<port>`: all that a client needs, as `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** Every call since the last `reset`, in the order of arrival. */
  readonly calls: readonly Call[];
  /**
   * Every event since the last `reset`, the first sent first: `Object Created` of buckets that have EventBridge
   * told, `CloudWatch Alarm State Change` by SetAlarmState, and what PutEvents brought.
   */
  readonly events: readonly AwsEvent[];
  /** Empties the account and SimpleDB, lifts faults, forgets calls, clock and slow states. */
  reset(): Promise<void>;
  /** Adds a fault; it is in force until `lift()` or `reset()`. The first rule that matches a call wins. */
  inject(fault: Fault): InjectedFault;
  /**
   * Sets the account's time (until then it is the real one): start times of new snapshots are read
   * from it, and slow states pass by it.
   */
  setTime(now: Date): void;
  /** How long a new snapshot stays `pending` on the account's clock, and how it ends; default: 0 seconds, `completed`. */
  slowSnapshots(rule: SlowSnapshots): void;
  /** Lets snapshots of a volume, or of a database (`db:…`, `cluster:…`), fail, from now on; one that fails makes the whole set fail. */
  failSnapshotsOf(source: string, fails: boolean): void;
  /** As `slowSnapshots`, for copies; until it is called they are as slow as all others. */
  slowCopies(rule: SlowSnapshots): void;
  /** Lets copies fail that are to be encrypted with this key, named as CopySnapshot and CopyDBSnapshot name it. */
  failKmsKey(key: string): void;
  /** Refuses a second snapshot of a volume within 15 s of the account's time, as EC2 does; off by default. */
  enforceSnapshotRate(on: boolean): void;
  /** Puts a volume into a state that it cannot be brought to by calls; `undefined` takes that back. */
  setVolumeState(volumeId: string, state: VolumeState | undefined): void;
  /** How long instances start and stop on the account's clock; 0 until then. */
  slowInstances(rule: SlowInstances): void;
  /** Lets a zone have no room for an instance that is to be started. */
  fillZone(zone: string, isFull: boolean): void;
  /** Lets an instance stop again as soon as it is started, as one whose volumes are encrypted with a key out of reach. */
  failStarts(instanceId: string, isFailing: boolean): void;
  /** Lets EC2's own checks of an instance fail. */
  impairInstance(instanceId: string, isImpaired: boolean): void;
  /** Lets all balancers find that an instance does not answer. */
  sickenTarget(instanceId: string, isSick: boolean): void;
  /** Lets an Auto Scaling group replace its instances, or have done so. */
  refreshGroup(name: string, isUnderWay: boolean): void;
  /** Puts a database (`db:…`, `cluster:…`) into a state such as `modifying` or `stopped`; `undefined` takes that back. */
  setDatabaseState(source: string, state: string | undefined): void;
  /** How many manual snapshots of instances, and of clusters, a region may have; 100 until then. */
  limitDatabaseSnapshots(most: number): void;
  /** Lets DeregisterImage answer this of a snapshot, which it then does not delete; `undefined` takes that back. */
  setDeregisterResult(snapshotId: string, code: SnapshotReturnCode | undefined): void;
  /** Of an instance: beside its root, which file systems are mounted where. */
  setMounts(instanceId: string, mounts: readonly Mount[]): void;
  /** Whether Systems Manager knows the instance, as it does unless this is called; InvalidInstanceId if not. */
  setManaged(instanceId: string, isManaged: boolean): void;
  /** Lets commands on an instance fail, be late or never end. The first rule that matches a command wins. */
  disturbCommands(instanceId: string, rule: CommandRule): DisturbedCommands;
  /** What is so on an instance after all that was due there by the account's time. */
  instanceOs(instanceId: string): Promise<InstanceOs>;
  /** Adds tags as AWS's own services do, `aws:` ones too, which CreateTags refuses. */
  addSystemTags(resourceId: string, tags: Readonly<Record<string, string>>, region?: string): Promise<void>;
  /**
   * A distribution of CloudFront, as a template has its DistributionConfig, or another configuration of the one
   * of this id. Answers the id.
   */
  putDistribution(config: NewDistribution, id?: string): string;
  removeDistribution(id: string): void;
  /** How long invalidations take on the account's clock; 0 until then. */
  slowInvalidations(seconds: number): void;
  /** What a distribution was told to forget, the first first. No call is made. */
  invalidationsOf(distribution: string): SeenInvalidation[];
  /** The objects that stand in a bucket, in the order of their keys. No call is made. */
  objectsIn(bucket: string): SeenObject[];
  /** Tells of every write to the objects of a bucket, right after it, until what it returns is called, or `reset`. */
  onWrite(listener: (bucket: string) => void): () => void;
  close(): Promise<void>;
}

export interface SeenObject {
  key: string;
  etag: string;
  size: number;
  lastModified: Date;
  /** As S3 answers them: `content-type`, `cache-control`, `x-amz-meta-…` */
  headers: Readonly<Record<string, string>>;
  content(): Buffer;
}

export interface SlowSnapshots {
  pendingSeconds: number;
  /** Default: `completed`. */
  endState?: 'completed' | 'error';
}

export interface SlowInstances {
  startSeconds: number;
  stopSeconds: number;
}

export type VolumeState = 'creating' | 'deleting' | 'error';

export type SnapshotReturnCode =
  | 'success'
  | 'skipped'
  | 'missing-permissions'
  | 'internal-error'
  | 'client-error';

export interface Mount {
  target: string;
  /** The device; the same one in two places is one file system. */
  source: string;
  /** Default: true. */
  freezable?: boolean;
}

export interface CommandRule {
  /** Default: every command. */
  when?: (command: { script: string; comment: string }) => boolean;
  /** How many matching commands it hits; default: every one. */
  times?: number;
  /** The agent takes it so long after it was sent; default: 0. */
  deliverySeconds?: number | 'never';
  /** Its end is told so long after it has ended; default: 0. `never`: it is in progress until its time is over. */
  runSeconds?: number | 'never';
  /** It is not run, but ends with this code. */
  exitCode?: number;
}

export interface DisturbedCommands {
  /** How many commands it hit so far. */
  readonly hits: number;
  lift(): void;
}

export interface InstanceOs {
  /** The places of the file systems that are frozen. */
  frozen: string[];
  /** What systemd-run is to start, the first first. */
  timers: PendingTimer[];
  /** In the order in which they were sent. */
  commands: SentCommand[];
  /** What was done by scripts: `fsfreeze -f /data`, `systemd-run <unit> in 60 s`, `timer <unit>`, … */
  events: OsEvent[];
  /** Of each CreateSnapshots of this instance. */
  snapshots: SnapshotMoment[];
  /** By RebootInstances, StopInstances, TerminateInstances, or CreateImage without NoReboot. */
  restarts: number;
}

export interface PendingTimer {
  unit: string;
  at: Date;
}

export type CommandStatus = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled';

export interface SentCommand {
  id: string;
  comment: string;
  script: string;
  sentAt: Date;
  status: CommandStatus;
  output: string;
  errors: string;
}

export interface OsEvent {
  at: Date;
  what: string;
}

export interface SnapshotMoment {
  /** Their ids. */
  snapshots: string[];
  /** What was frozen when they were begun. */
  frozen: string[];
}

export interface Call {
  /** `ec2`, `simpledb`, `dynamodb`, … */
  service: string;
  /** Of the signature; `us-east-1` for SimpleDB's, which names none. */
  region?: string;
  /** `CreateSnapshot`, `Select`, … */
  action: string;
  /** The request's parameters: query parameters as sent, or the JSON body. */
  parameters: Readonly<Record<string, unknown>>;
  /** The HTTP status answered; undefined while under way or if the connection was cut. */
  status: number | undefined;
}

export interface Fault {
  /** Which calls: all of these that are given must match. */
  service?: string;
  action?: string;
  /** Only the call with this number, counted from 1 over all calls since `reset` (or since injection with `from: 'now'`). */
  call?: number;
  /** `now`: calls before the injection are not counted for `call`. */
  from?: 'now';
  /** How many matching calls it hits; default: every one. */
  times?: number;
  /** Further condition. */
  when?: (call: Call) => boolean;
  effect: /** An AWS error in the service's own wire format, not executed; `status` default 400. */
    | { kind: 'error'; code: string; message?: string; status?: number }
    /** HTTP 500 `InternalError` (503 `ServiceUnavailable` for SimpleDB), not executed. */
    | { kind: 'server-error' }
    /** The connection is reset; `executed`: after AWS did the work (the answer is lost), or before. */
    | { kind: 'reset'; executed: boolean }
    /** Never answered, as for a process that was cut off; `executed` as above. */
    | { kind: 'hang'; executed: boolean };
}

export interface InjectedFault {
  /** How often it was hit so far. */
  readonly hits: number;
  /** Resolves at the first hit (for `executed: true`, after AWS has done the work). */
  readonly reached: Promise<void>;
  lift(): void;
}
