/** One run of one function against the stub, in a process of its own: answers how much memory it took. */

import { expireBackups } from '../../../functions/expire-backups/run.ts';
import { reconcileLedger } from '../../../functions/reconcile-ledger/run.ts';
import { takeSnapshots } from '../../../functions/take-snapshots/run.ts';
import { ec2Client } from '../../../shared/aws/ec2.ts';
import { rdsClient } from '../../../shared/aws/rds.ts';
import type { Clock } from '../../../shared/clock.ts';
import { type AutomationFunction, type CommonJob, entrypoint } from '../../../shared/entrypoint.ts';
import { openLedger } from '../../../shared/ledger/open-simpledb.ts';

export interface RunRequest {
  url: string;
  owner: string;
  function: 'take-snapshots' | 'expire-backups' | 'reconcile-ledger';
  job: Record<string, unknown>;
}

export interface RunResult {
  summary: Record<string, number>;
  seconds: number;
  /** Live heap above that before the run, after collections: at its largest, a page just read included, and usually. */
  heap: { largest: number; usual: number };
}

const callsBetweenSamples = 50;
const unused = () => Promise.reject(new Error('Nothing but EC2 and the ledger should be called'));
const silent = { debug() {}, info() {}, warn() {}, error() {} };

process.once('message', (request: RunRequest) => {
  void run(request).then((result) => process.send?.(result, () => process.exit()));
});

async function run({ url, owner, function: name, job }: RunRequest): Promise<RunResult> {
  const access = {
    region: 'us-east-1',
    endpoint: url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const ec2 = ec2Client(access);
  const rds = rdsClient(access);
  const heap = watchHeap();
  ec2.middlewareStack.add(
    (next) => (args) => {
      heap.count();
      return next(args);
    },
    { step: 'initialize', name: 'heap' },
  );
  const clock = jumpingClock();
  const tools = {
    config: { owner, ledger: 'simpledb' as const, region: 'us-east-1' },
    clock,
    random: Math.random,
    log: silent,
    emitMetric: () => {},
    connect: () => ({ ec2, rds, ssm: unused, autoScaling: unused, sqs: unused }),
    ledger: openLedger({
      owner,
      ledger: 'simpledb',
      clock,
      aws: ec2.config,
      endpoint: url,
      onUnreadable: (key, why) => {
        throw new Error(`${key}: ${why}`);
      },
    }),
  };
  const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 900_000 };
  const started = performance.now();
  type AnyClients = ReturnType<typeof tools.connect>;
  const invoke = <Job extends CommonJob>(automation: AutomationFunction<Job, AnyClients>) =>
    entrypoint(automation, tools)(job, context);
  const { summary } = await {
    'take-snapshots': () => invoke(takeSnapshots),
    'expire-backups': () => invoke(expireBackups),
    'reconcile-ledger': () => invoke(reconcileLedger),
  }[name]();
  return { summary, seconds: (performance.now() - started) / 1_000, heap: heap.figures() };
}

/** What is waited for is not measured here: a sleep is over at once. */
function jumpingClock(): Clock {
  let now = Date.now();
  return {
    now: () => new Date(now),
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
}

/** Samples the live heap every so many calls, against that before the run. */
function watchHeap() {
  const live = () => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = live();
  const samples: number[] = [];
  let calls = 0;
  return {
    count() {
      calls += 1;
      if (calls % callsBetweenSamples === 0) samples.push(live() - before);
    },
    figures() {
      const sorted = [...samples, live() - before].sort((a, b) => a - b);
      return { largest: sorted.at(-1) ?? 0, usual: sorted[Math.floor(sorted.length / 2)] ?? 0 };
    },
  };
}
