/** How what is uploaded in parts is proven, and from where its tag comes. */
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { HttpRequest, HttpResponse } from '@smithy/types';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { s3Client } from '../../shared/aws/s3/client.ts';
import { putLargeObject } from '../../shared/aws/s3/large-object.ts';
import { systemClock } from '../../shared/clock.ts';
import { md5Of, partBytes, tagOfParts } from '../../shared/sites/content-tag.ts';
import { type S3Server, startS3Server } from '../sandbox/s3/server.ts';

const bucket = 'site';
const parts = [randomBytes(partBytes), randomBytes(partBytes), randomBytes(5)];
const content = Buffer.concat(parts);
const size = content.length;
/** The MD5s are our own here, whatever S3 says. */
const tag = tagOfParts(parts.map(md5Of));

let server: S3Server;

beforeEach(async () => {
  server = await startS3Server();
});

afterEach(() => server.close());

type Exchange = (request: HttpRequest, next: () => Promise<HttpResponse>) => Promise<HttpResponse>;

/** With what happens to each exchange on its way. */
function put(exchange: Exchange = (_request, next) => next()) {
  const handler = new NodeHttpHandler();
  const requestHandler: NodeHttpHandler = Object.assign(Object.create(handler), {
    async handle(...order: Parameters<NodeHttpHandler['handle']>) {
      const next = async () => (await handler.handle(...order)).response as HttpResponse;
      return { response: await exchange(order[0], next) };
    },
  });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const s3 = s3Client({ endpoint: server.url, region: 'eu-west-1', credentials, requestHandler });
  const patience = { clock: systemClock, random: () => 0, timeLeft: () => 0 };
  return putLargeObject({ s3, patience }, { bucket, key: 'large' }, inPieces());
}

async function* inPieces() {
  for (let start = 0; start < size; start += 1_000_003) yield content.subarray(start, start + 1_000_003);
}

const stored = () => server.s3.buckets.get(bucket)?.current('large');
const isPart = ({ query }: HttpRequest) => query?.['partNumber'] !== undefined;
const unfinished = () => server.s3.buckets.get(bucket)?.uploads.size;

test('every part goes with its CRC-32, and no MD5 is sent', async () => {
  server.s3.makeBucket(bucket, { isVersioned: false, hasKms: false });
  const sums: unknown[] = [];
  await put((request, next) => {
    expect(request.headers['Content-MD5']).toBeUndefined();
    if (isPart(request))
      sums[Number(request.query?.['partNumber']) - 1] = request.headers['x-amz-checksum-crc32'];
    return next();
  });
  expect(sums).toEqual(
    parts.map((part) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(crc32(part));
      return bytes.toString('base64');
    }),
  );
  expect(Buffer.concat(stored()?.pieces ?? []).equals(content)).toBe(true);
});

test('a part that is damaged on its way is refused, and nothing of the upload stays', async () => {
  server.s3.makeBucket(bucket, { isVersioned: false, hasKms: false });
  const damaging: Exchange = (request, next) => {
    if (isPart(request)) {
      request.body = Buffer.from(request.body as Buffer);
      (request.body as Buffer)[0] = ((request.body as Buffer)[0] ?? 0) ^ 1;
    }
    return next();
  };
  await expect(put(damaging)).rejects.toThrow(expect.objectContaining({ name: 'BadDigest' }));
  expect(stored()).toBeUndefined();
  expect(unfinished()).toBe(0);
});

test.each([true, false])(
  'a tag is of the content, whether or not the bucket is under KMS (%s)',
  async (hasKms) => {
    server.s3.makeBucket(bucket, { isVersioned: false, hasKms });
    const written = await put();
    expect(written).toEqual({ etag: stored()?.etag, tag, crc32: crc32(content), size });
    expect(written.etag === tag).toBe(!hasKms);
  },
);

test('of a store that does not say how it encrypts, ETags are not taken for MD5s', async () => {
  server.s3.makeBucket(bucket, { isVersioned: false, hasKms: true });
  const silent: Exchange = async (_request, next) => {
    const answer = await next();
    delete answer.headers['x-amz-server-side-encryption'];
    return answer;
  };
  expect((await put(silent)).tag).toBe(tag);
});

test('of a store whose ETags are not what it says, the tag is unknown', async () => {
  server.s3.makeBucket(bucket, { isVersioned: false, hasKms: true });
  const lying: Exchange = async (_request, next) => {
    const answer = await next();
    answer.headers['x-amz-server-side-encryption'] = 'AES256';
    return answer;
  };
  expect((await put(lying)).tag).toBe('');
});

test('a store that does not say that it checked a part is not trusted with it', async () => {
  server.s3.makeBucket(bucket, { isVersioned: false, hasKms: false });
  const careless: Exchange = async (_request, next) => {
    const answer = await next();
    delete answer.headers['x-amz-checksum-crc32'];
    return answer;
  };
  await expect(put(careless)).rejects.toThrow('lacks x-amz-checksum-crc32');
  expect(stored()).toBeUndefined();
  expect(unfinished()).toBe(0);
});
