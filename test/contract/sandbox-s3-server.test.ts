/** The in-memory S3 by itself, as benchmarks use it. */
import { randomBytes } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type S3Server, startS3Server } from '../sandbox/s3/server.ts';

let server: S3Server;
let s3: S3Client;
const Bucket = 'site';

beforeEach(async () => {
  server = await startS3Server({ buckets: [Bucket] });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  s3 = new S3Client({ endpoint: server.url, region: 'eu-west-1', credentials, forcePathStyle: true });
});

afterEach(async () => {
  s3.destroy();
  await server.close();
});

test('counts requests by their names, and the bytes of bodies', async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: 'before', Body: 'abcde' }));
  server.forgetTraffic();
  await fetch(`${server.url}/site/a`, { method: 'PUT', body: 'abcde' });
  await fetch(`${server.url}/site/a`, { headers: { range: 'bytes=1-2' } });
  await fetch(`${server.url}/site/a`, { method: 'HEAD' });
  expect(server.traffic).toEqual({
    requests: 3,
    byAction: { PutObject: 1, GetObject: 1, HeadObject: 1 },
    bytesIn: 5,
    bytesOut: 2,
  });
  const told = await fetch(`${server.url}/_s3/traffic`, { method: 'POST' });
  expect(await told.json()).toMatchObject({ requests: 3 });
  expect(server.traffic.requests).toBe(0);
});

test('answers what is large as it was sent', async () => {
  const content = randomBytes(3_000_000);
  await s3.send(new PutObjectCommand({ Bucket, Key: 'large', Body: content }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'large' }));
  expect(content.equals((await Body?.transformToByteArray()) ?? new Uint8Array())).toBe(true);
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents).toMatchObject([{ Key: 'large', Size: 3_000_000 }]);
});

test('stands still for as long as a network would', async () => {
  const far = await startS3Server({ buckets: [Bucket], latencyMilliseconds: 60 });
  const started = performance.now();
  await fetch(`${far.url}/site?list-type=2`);
  expect(performance.now() - started).toBeGreaterThan(55);
  await far.close();
});
