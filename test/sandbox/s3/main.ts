/**
 * `tsx test/sandbox/s3/main.ts --port 4567 --bucket site`: the local S3 in a process of its own, until
 * it is ended. `GET /_s3/traffic` answers what was asked so far; `POST` also forgets it.
 */
import { parseArgs } from 'node:util';
import { startS3Server } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    bucket: { type: 'string', multiple: true, default: [] },
    latency: { type: 'string', default: '0' },
  },
});

const server = await startS3Server({
  port: Number(values.port),
  buckets: values.bucket,
  latencyMilliseconds: Number(values.latency),
});
process.stdout.write(`ready ${server.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
