/** One invocation of a function as a process of its own, which can be cut off between two instructions. */
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { RDSClient } from '@aws-sdk/client-rds';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { cloudFrontClient } from '../../shared/aws/cloudfront.ts';
import { ec2Client } from '../../shared/aws/ec2.ts';
import { type S3Client, s3Client } from '../../shared/aws/s3/client.ts';
import type { InvocationContext } from '../../shared/entrypoint.ts';
import { openLedger } from '../../shared/ledger/open.ts';
import type { Log } from '../../shared/log.ts';
import type { Report } from '../../shared/report.ts';
import type { Lazy, Tools } from '../../shared/tools.ts';
import type { Call } from '../sandbox/types.ts';
import { MortalHandler } from './mortal-handler.ts';
import { credentials, owner, region, type World } from './world.ts';

/** What any function may connect. */
export interface AllClients {
  ec2: EC2Client;
  rds: RDSClient;
  ssm: Lazy<SSMClient>;
  sqs: Lazy<SQSClient>;
  autoScaling: Lazy<AutoScalingClient>;
  s3: S3Client;
  cloudFront: CloudFrontClient;
  eventBridge: Lazy<EventBridgeClient>;
  cloudWatch: CloudWatchClient;
  elbv2: Lazy<ElasticLoadBalancingV2Client>;
  elb: Lazy<ElasticLoadBalancingClient>;
}

export type Handler = (payload: unknown, context: InvocationContext) => Promise<Report>;

export interface LogLine {
  level: keyof Log;
  message: string;
  values: Record<string, unknown>;
}

export type Ending =
  | { kind: 'returned'; report: Report }
  | { kind: 'threw'; error: Error }
  /** Cut off. */
  | { kind: 'crashed' }
  /** Lambda cut it off: it did not stop by itself. */
  | { kind: 'timed-out' }
  /** Neither time nor calls went on. */
  | { kind: 'stuck' };

export interface Order {
  handlerOf: (tools: Tools<AllClients>) => Handler;
  payload: unknown;
  requestId: string;
  random: () => number;
  /** How long it may run; default: as deployed. */
  seconds?: number;
  /** Resolves when the process is to die, waiting for a call that hangs. */
  death?: Promise<void>;
  /** Just before the process sends its n-th call, counted from 1. */
  beforeCall?: (call: number) => Promise<void> | void;
}

export interface Invocation {
  ending: Ending;
  log: LogLine[];
  /** What reached AWS while it ran. */
  calls: readonly Call[];
  startedAt: Date;
  endedAt: Date;
}

/** As in serverless.yml. */
const lambdaSeconds = 900;
/** Of real time: a run that takes longer is waiting for something that never comes. */
const patienceSeconds = 60;

/** How many calls will never be answered when a process ends so. */
const hangingAt = { returned: 0, threw: 0, crashed: 1, 'timed-out': 0, stuck: Number.POSITIVE_INFINITY };

export async function invoke(world: World, order: Order): Promise<Invocation> {
  const wire = new MortalHandler(world.wire, world.time, order.beforeCall ?? (() => {}));
  const log: LogLine[] = [];
  const from = world.sandbox.calls.length;
  const startedAt = world.time.now();
  const deadline = startedAt.getTime() + (order.seconds ?? lambdaSeconds) * 1_000;
  const watch = watchFor(world, deadline);
  const handler = order.handlerOf(toolsOf(world, wire, log, order.random));
  const run = handler(order.payload, {
    awsRequestId: order.requestId,
    getRemainingTimeInMillis: () => deadline - world.time.now().getTime(),
  });
  const ending = await Promise.race([
    run.then(
      (report): Ending => ({ kind: 'returned', report }),
      (error: Error): Ending => ({ kind: 'threw', error }),
    ),
    ...(order.death ? [order.death.then((): Ending => ({ kind: 'crashed' }))] : []),
    watch.timeOut,
  ]);
  watch.end();
  await wire.kill(hangingAt[ending.kind]);
  return { ending, log, calls: world.sandbox.calls.slice(from), startedAt, endedAt: world.time.now() };
}

function watchFor({ time }: World, deadline: number) {
  let tell: (ending: Ending) => void = () => {};
  const timeOut = new Promise<Ending>((resolve) => {
    tell = resolve;
  });
  const unwatch = time.onMove((now) => {
    if (now.getTime() > deadline) tell({ kind: 'timed-out' });
  });
  const timer = setTimeout(() => tell({ kind: 'stuck' }), patienceSeconds * 1_000);
  const end = () => {
    unwatch();
    clearTimeout(timer);
  };
  return { timeOut, end };
}

/** What each new client would look for in the environment and in files. */
const lookedUpNowhere = {
  defaultsMode: 'standard',
  retryMode: 'standard',
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: 'faults',
} as const;

function toolsOf(
  world: World,
  wire: MortalHandler,
  lines: LogLine[],
  random: () => number,
): Tools<AllClients> {
  const clock = world.time.clockOf(() => wire.alive);
  const logAt = (level: keyof Log) => (message: string, values: Record<string, unknown>) => {
    if (wire.alive) lines.push({ level, message, values });
  };
  const log = { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') };
  const access = {
    credentials,
    endpoint: world.sandbox.url,
    requestHandler: wire,
    maxAttempts: 1,
    ...lookedUpNowhere,
  };
  return {
    config: { owner, ledger: world.store, region },
    clock,
    random,
    log,
    emitMetric: () => {},
    connect: (where) => {
      const config = { ...access, region: where };
      return {
        ec2: ec2Client(config),
        rds: new RDSClient(config),
        ssm: async () => new SSMClient(config),
        sqs: async () => new SQSClient(config),
        autoScaling: async () => new AutoScalingClient(config),
        s3: s3Client(config),
        cloudFront: cloudFrontClient(config),
        eventBridge: async () => new EventBridgeClient(config),
        cloudWatch: new CloudWatchClient(config),
        elbv2: async () => new ElasticLoadBalancingV2Client(config),
        elb: async () => new ElasticLoadBalancingClient(config),
      };
    },
    ledger: openLedger({
      owner,
      ledger: world.store,
      clock,
      aws: { region, credentials, requestHandler: wire },
      endpoint: world.sandbox.url,
      onUnreadable: (key, why) => log.error('ledger.row-unreadable', { key, why }),
    }),
  };
}
