/**
 * How long it takes until many backups that are due at once are deleted, beside the least that EC2's rates
 * allow: the planner and two workers, in virtual time.
 */
import { SQSClient } from '@aws-sdk/client-sqs';
import type { ExpireClients } from '../../../functions/expire-backups/clients.ts';
import { expireBackups } from '../../../functions/expire-backups/run.ts';
import { ec2Client } from '../../../shared/aws/ec2.ts';
import { type BatchResponse, entrypoint } from '../../../shared/entrypoint.ts';
import { openLedger } from '../../../shared/ledger/open-simpledb.ts';
import type { Lazy } from '../../../shared/tools.ts';
import { VirtualTime } from '../../faults/virtual-time.ts';
import { createSimpleDb } from '../../sandbox/simpledb/simpledb.ts';
import { type AccountSeed, backupsOf } from './account.ts';
import { Ec2Stub } from './ec2-stub.ts';
import { LocalWire } from './local-wire.ts';
import { type Message, QueueStub } from './queue-stub.ts';
import { secondsFor, TokenBuckets } from './token-buckets.ts';

const region = 'us-east-1';
const owner = 'bench-dev';
const workers = 2;
const lambdaMilliseconds = 900_000;
const mostTimes = 1.1;

const start = new Date('2026-11-21T09:00:00.000Z');
const large: AccountSeed = {
  owner,
  now: start.getTime(),
  volumes: 2_000,
  snapshotsPerVolume: 20,
  duePerVolume: 10,
  images: 1_000,
};

const silent = { debug() {}, info() {}, warn() {}, error() {} };

function absent<Client>(service: string): Lazy<Client> {
  return () => Promise.reject(new Error(`${service} should not be called`));
}

/** Prints what came of it; false if it took too long or something was left. */
export async function measureThroughput(size: Partial<AccountSeed> = {}): Promise<boolean> {
  const account = { ...large, ...size };
  const time = new VirtualTime(start);
  const clock = time.clockOf(() => true);
  const services = {
    clock,
    ec2: new Ec2Stub(),
    simpleDb: createSimpleDb(),
    queue: new QueueStub(),
    buckets: new TokenBuckets(),
  };
  const wire = new LocalWire(services);
  const access = {
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: wire,
    endpoint: 'http://local',
    maxAttempts: 1,
  };
  const ec2 = ec2Client(access);
  const sqs = new SQSClient(access);
  const rds = new Proxy({} as ExpireClients['rds'], {
    get: () => () => Promise.reject(new Error('RDS should not be called')),
  });
  const ledger = openLedger({
    owner,
    ledger: 'simpledb',
    clock,
    aws: access,
    endpoint: access.endpoint,
    onUnreadable: (key, why) => {
      throw new Error(`${key}: ${why}`);
    },
  });
  services.ec2.seed(account);
  await ledger.put(
    [...backupsOf(account)].map(({ slot, source, expires, resource }) => ({
      kind: 'snapshot' as const,
      key: `${slot}/${source}`,
      backup: 'data',
      tier: 'hourly',
      slot,
      source,
      region,
      expires,
      resource,
    })),
  );
  wire.calls.clear();
  const handler = entrypoint<Parameters<typeof expireBackups.run>[0]['job'], ExpireClients>(expireBackups, {
    config: { owner, ledger: 'simpledb', region, queueUrl: 'http://local/queue' },
    clock,
    random: seededRandom(),
    log: silent,
    emitMetric: () => {},
    connect: () => ({ ec2, rds, sqs: async () => sqs, autoScaling: absent('Auto Scaling') }),
    ledger,
  });
  const context = () => {
    const end = time.now().getTime() + lambdaMilliseconds;
    return { awsRequestId: 'bench', getRemainingTimeInMillis: () => end - time.now().getTime() };
  };
  const began = time.now().getTime();
  await handler({}, context());
  const failures: string[] = [];
  const deliver = ({ id, body }: Message): Promise<BatchResponse> =>
    handler({ Records: [{ messageId: id, body, eventSource: 'aws:sqs' }] }, context());
  const work = async () => {
    for (let message = services.queue.receive(); message; message = services.queue.receive()) {
      failures.push(
        ...(await deliver(message)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
      );
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return judge({
    due: account.volumes * account.duePerVolume,
    seconds: (time.now().getTime() - began) / 1_000,
    left: services.ec2.countDue(new Date(account.now)),
    messages: services.queue.sent,
    failures,
    calls: wire.calls,
    throttled: services.buckets.throttled,
  });
}

interface Outcome {
  due: number;
  seconds: number;
  left: number;
  messages: number;
  failures: readonly string[];
  calls: ReadonlyMap<string, number>;
  throttled: ReadonlyMap<string, number>;
}

function judge({ due, seconds, left, messages, failures, calls, throttled }: Outcome): boolean {
  const least = secondsFor(due);
  const ratio = seconds / least;
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts].map(([action, count]) => `${action} ${count}`).join(', ') || 'none';
  console.log(
    `\nexpire-backups: ${due} snapshots due at once, ${messages} batches, ${workers} workers, in virtual time`,
  );
  console.log(`  left      ${left}; batches that failed: ${failures.length}`);
  console.log(
    `  took      ${seconds.toFixed(0)} s; EC2 allows it in ${least.toFixed(0)} s: ${ratio.toFixed(3)} times (${mostTimes} at most)`,
  );
  console.log(
    `  throttled ${[...throttled.values()].reduce((sum, count) => sum + count, 0)} calls: ${list(throttled)}`,
  );
  console.log(`  calls     ${list(calls)}`);
  return left === 0 && failures.length === 0 && ratio <= mostTimes;
}

/** The same every time, so that two measurements are of the same thing. */
function seededRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
