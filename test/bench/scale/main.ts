/**
 * What one run costs in a large account: AWS calls beside the least that would do, memory beside the number
 * of sources; and how long many runs take, beside what AWS's rates allow. `npm run bench:scale`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../shared/clock.ts';
import { openLedger } from '../../../shared/ledger/open-simpledb.ts';
import { type AccountSeed, backupsOf } from './account.ts';
import type { RunRequest, RunResult } from './runner.ts';
import { measureThroughput } from './throughput.ts';

const owner = 'bench-dev';

function start(file: string): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return fork(path, { execArgv: ['--import', 'tsx', '--expose-gc', '--no-warnings'] });
}

const stub = start('./stub-server.ts');
const [port] = (await once(stub, 'message')) as [number];
const url = `http://127.0.0.1:${port}`;

async function seed(account: Omit<AccountSeed, 'owner' | 'now'>, withRows: boolean): Promise<void> {
  const full: AccountSeed = { ...account, owner, now: Date.now() };
  await fetch(`${url}/seed`, { method: 'POST', body: JSON.stringify(full) });
  if (!withRows) return;
  const ledger = openLedger({
    owner,
    ledger: 'simpledb',
    clock: systemClock,
    endpoint: url,
    aws: { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
    onUnreadable: (key, why) => {
      throw new Error(`${key}: ${why}`);
    },
  });
  const rows = [...backupsOf(full)].map(({ slot, source, expires, resource }) => ({
    kind: 'snapshot' as const,
    key: `${slot}/${source}`,
    backup: 'data',
    tier: 'hourly',
    slot,
    source,
    region: 'us-east-1',
    expires,
    resource,
  }));
  await ledger.put(rows);
}

interface Measured extends RunResult {
  calls: Record<string, number>;
}

async function measure(request: Omit<RunRequest, 'url' | 'owner'>): Promise<Measured> {
  await fetch(`${url}/calls`);
  const runner = start('./runner.ts');
  runner.send({ ...request, url, owner } satisfies RunRequest);
  const [result] = (await Promise.race([
    once(runner, 'message'),
    once(runner, 'exit').then(() => {
      throw new Error(`${request.function} ended without a result`);
    }),
  ])) as [RunResult];
  const calls = (await (await fetch(`${url}/calls`)).json()) as Record<string, number>;
  return { ...result, calls };
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

function print(title: string, { calls, seconds, heap, summary }: Measured): void {
  const list = Object.entries(calls).map(([action, count]) => `${action} ${count}`);
  console.log(`\n${title}`);
  console.log(
    `  outcomes  ${Object.entries(summary)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
  );
  console.log(`  calls     ${sum(Object.values(calls))}: ${list.join(', ')}`);
  console.log(
    `  memory    ${megabytes(heap.usual)} usually, ${megabytes(heap.largest)} at most; ${seconds.toFixed(1)} s`,
  );
}

async function expire(volumes: number, snapshotsPerVolume: number, images: number): Promise<Measured> {
  const duePerVolume = Math.floor(snapshotsPerVolume * 0.3);
  await seed({ volumes, snapshotsPerVolume, duePerVolume, images }, true);
  const measured = await measure({ function: 'expire-backups', job: {} });
  print(
    `expire-backups: ${volumes} volumes, ${volumes * snapshotsPerVolume} rows, ${images} images`,
    measured,
  );
  const deletes = measured.summary['done'] ?? 0;
  const batches = Math.ceil(deletes / 25);
  const pages =
    sum(Object.values(measured.calls)) -
    (measured.calls['DeleteSnapshot'] ?? 0) -
    (measured.calls['BatchDeleteAttributes'] ?? 0);
  console.log(
    `  per delete ${((measured.calls['DeleteSnapshot'] ?? 0) / deletes).toFixed(3)} deletes; ledger batches ${measured.calls['BatchDeleteAttributes']} of ${batches}; ${pages} pages read`,
  );
  return measured;
}

try {
  const small = await expire(1_250, 10, 1_000);
  const deep = await expire(1_250, 40, 1_000);
  const wide = await expire(5_000, 10, 1_000);
  // The same number of rows and deletions in both, so that only the number of sources differs.
  const perSource = (wide.heap.usual - deep.heap.usual) / (5_000 - 1_250);
  console.log(`\nmemory that each further source costs: ${perSource.toFixed(0)} bytes (2,000 at most)`);
  console.log(
    `memory that four times the backups of the same sources cost: ${megabytes(deep.heap.usual - small.heap.usual)}`,
  );

  await seed({ volumes: 5_000, snapshotsPerVolume: 0, duePerVolume: 0, images: 0 }, false);
  const job = { backup: 'data', volumes: { tags: { Backup: ['data'] } }, keep: '7 days' };
  print('take-snapshots: 5000 volumes', await measure({ function: 'take-snapshots', job }));

  await seed({ volumes: 5_000, snapshotsPerVolume: 10, duePerVolume: 0, images: 0 }, true);
  const backups = [
    { backup: 'data', volumes: { tags: { Backup: ['data'] } }, tiers: { hourly: { keep: '30 days' } } },
  ];
  print(
    'reconcile-ledger: 5000 volumes, 50000 rows that agree',
    await measure({ function: 'reconcile-ledger', job: {} }),
  );
  await seed({ volumes: 5_000, snapshotsPerVolume: 10, duePerVolume: 0, images: 0 }, false);
  print(
    'reconcile-ledger: 50000 rows lost',
    await measure({ function: 'reconcile-ledger', job: { backups } }),
  );
} finally {
  stub.kill();
}

if (!(await measureThroughput())) process.exitCode = 1;
