/** The in-memory S3 in a process of its own, as far from all sides as a network's other end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { s3Client } from '../../../shared/aws/s3/client.ts';
import { deleteObjects } from '../../../shared/aws/s3/delete.ts';
import { listObjects } from '../../../shared/aws/s3/listing.ts';
import type { S3 } from '../../../shared/aws/s3/s3.ts';
import { systemClock } from '../../../shared/clock.ts';
import type { Traffic } from '../../sandbox/s3/server.ts';

export const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
export const region = 'us-east-1';

export interface S3Process {
  url: string;
  place: S3;
  /** What was asked since it was last asked. */
  takeTraffic(): Promise<Traffic>;
  empty(bucket: string): Promise<void>;
  close(): Promise<void>;
}

export async function startS3Process(
  buckets: readonly string[],
  latencyMilliseconds: number,
): Promise<S3Process> {
  const program = fileURLToPath(new URL('../../sandbox/s3/main.ts', import.meta.url));
  const latency = ['--latency', String(latencyMilliseconds)];
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', program, ...buckets.flatMap((name) => ['--bucket', name]), ...latency],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const url = await addressOf(child);
  const patience = { clock: systemClock, random: Math.random, timeLeft: () => 60_000 };
  const place = { s3: s3Client({ endpoint: url, region, credentials }), patience };
  return {
    url,
    place,
    takeTraffic: async () =>
      (await (await fetch(`${url}/_s3/traffic`, { method: 'POST' })).json()) as Traffic,
    empty: async (bucket) => {
      for await (const page of listObjects(place, bucket, '')) {
        await deleteObjects(place, bucket, page);
      }
    },
    async close() {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('The S3 of the bench has no output');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return line.replace('ready ', '');
}
