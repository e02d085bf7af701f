/** The S3 client and its gateways against the in-memory S3, over its own connections and over the SDK's. */
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { natureOf } from '../../shared/aws/errors.ts';
import { type S3Request, s3Client } from '../../shared/aws/s3/client.ts';
import { copyObject } from '../../shared/aws/s3/copy.ts';
import { deleteObjects } from '../../shared/aws/s3/delete.ts';
import { putLargeObject } from '../../shared/aws/s3/large-object.ts';
import { listObjects } from '../../shared/aws/s3/listing.ts';
import { abortUpload, listUploads, type Upload } from '../../shared/aws/s3/multipart.ts';
import { deleteObject, headObject, putObject, readObject } from '../../shared/aws/s3/objects.ts';
import type { S3 } from '../../shared/aws/s3/s3.ts';
import { systemClock } from '../../shared/clock.ts';
import { partBytes, tagOfParts } from '../../shared/sites/content-tag.ts';
import { BodyReader } from '../sandbox/s3/body.ts';
import { S3Refusal } from '../sandbox/s3/refusal.ts';
import { type S3Server, startS3Server } from '../sandbox/s3/server.ts';

const bucket = 'site';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const impatient = { clock: systemClock, random: () => 0, timeLeft: () => 0 };
/** Does not wait, so that what was not answered is repeated at once. */
const patient = { clock: { ...systemClock, sleep: async () => {} }, random: () => 0, timeLeft: () => 60_000 };

const oddKeys = [
  "a b/ü+'()*~&x.txt",
  '100%/a+b%20c%2Fd.txt',
  '/leading//twice/',
  'why?versionId=1&x=2#part',
  './../dots/.',
  'line\nends\r\tand "marks" <&>',
  '\u{1f600}-\uff5e-é',
];

/** Fills the bucket at once. */
const requestTo = (key: string) => ({
  action: 'PutObject',
  method: 'PUT',
  bucket,
  key,
  query: new URLSearchParams(),
  headers: {},
});
const emptyBody = new BodyReader({}).end();

const textOf = (read: { body: Uint8Array } | undefined) => read && Buffer.from(read.body).toString();

async function gathered<Item>(pages: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

let server: S3Server;

beforeEach(async () => {
  server = await startS3Server({ buckets: [bucket] });
});

afterEach(() => server.close());

describe.each([
  ['its own connections', () => undefined],
  ["the SDK's handler", () => new NodeHttpHandler()],
])('over %s', (_how, handler) => {
  let place: S3;

  beforeEach(() => {
    const requestHandler = handler();
    const options = { endpoint: server.url, region: 'eu-west-1', credentials };
    place = { s3: s3Client({ ...options, ...(requestHandler && { requestHandler }) }), patience: impatient };
  });

  const put = (key: string, body = key) => putObject(place, { bucket, key }, Buffer.from(body));
  const keysNow = async () => (await gathered(listObjects(place, bucket, ''))).map(({ key }) => key);

  test.each(oddKeys)('writes, reads, lists, copies and deletes %j', async (key) => {
    await put(key, 'content');
    expect(server.s3.buckets.get(bucket)?.current(key)?.size).toBe(7);
    expect(textOf(await readObject(place, { bucket, key }))).toBe('content');
    expect(await headObject(place, { bucket, key })).toMatchObject({ size: 7 });
    expect(await keysNow()).toEqual([key]);
    await copyObject(place, { from: { bucket, key }, to: { bucket, key: `${key}copy` }, size: 7 });
    expect(textOf(await readObject(place, { bucket, key: `${key}copy` }))).toBe('content');
    expect(await deleteObjects(place, bucket, [{ key }])).toEqual(new Map());
    expect(await keysNow()).toEqual([`${key}copy`]);
    await deleteObject(place, { bucket, key: `${key}copy` });
    expect(await keysNow()).toEqual([]);
  });

  test('keeps what a browser is told of an object', async () => {
    const headers = {
      contentType: 'text/html; charset=utf-8',
      cacheControl: 'no-cache,  must-revalidate',
      contentEncoding: 'gzip',
      contentDisposition: 'attachment; filename="a b.html"',
      contentLanguage: 'de',
      websiteRedirect: '/elsewhere',
      storageClass: 'STANDARD_IA',
      metadata: { colour: 'blue' },
    };
    await putObject(place, { bucket, key: 'a' }, Buffer.from('a'), { headers });
    expect(server.s3.buckets.get(bucket)?.current('a')?.headers).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache,  must-revalidate',
      'content-encoding': 'gzip',
      'content-disposition': 'attachment; filename="a b.html"',
      'content-language': 'de',
      'x-amz-website-redirect-location': '/elsewhere',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-meta-colour': 'blue',
    });
  });

  test('reads a range, the last bytes, and all of an object that is not longer', async () => {
    await put('digits', '0123456789');
    const read = (range: Parameters<typeof readObject>[2]) =>
      readObject(place, { bucket, key: 'digits' }, range);
    const middle = await read({ range: { start: 2, end: 4 } });
    expect([textOf(middle), middle?.rangeStart, middle?.info.size]).toEqual(['234', 2, 10]);
    const end = await read({ range: { last: 3 } });
    expect([textOf(end), end?.rangeStart, end?.info.size]).toEqual(['789', 7, 10]);
    const all = await read({ range: { last: 64 } });
    expect([textOf(all), all?.rangeStart, all?.info.size]).toEqual(['0123456789', 0, 10]);
  });

  test('reads a version after the object was overwritten', async () => {
    server.s3.makeBucket('kept', { isVersioned: true, hasKms: false });
    const name = { bucket: 'kept', key: 'a?b' };
    const { versionId } = await putObject(place, name, Buffer.from('first'));
    await putObject(place, name, Buffer.from('second'));
    expect(textOf(await readObject(place, { ...name, versionId }))).toBe('first');
    const copy = { bucket: 'kept', key: 'copy' };
    await copyObject(place, { from: { ...name, versionId }, to: copy, size: 5 });
    expect(textOf(await readObject(place, copy))).toBe('first');
  });

  test('knows that an object is absent, but takes no missing bucket for that', async () => {
    expect(await readObject(place, { bucket, key: 'none' })).toBeUndefined();
    expect(await headObject(place, { bucket, key: 'none' })).toBeUndefined();
    await expect(readObject(place, { bucket: 'none', key: 'none' })).rejects.toThrow(
      expect.objectContaining({ name: 'NoSuchBucket' }),
    );
    await expect(gathered(listObjects(place, 'none', ''))).rejects.toThrow(/NoSuchBucket/);
  });

  test('writes only what is not there yet, or is still the same', async () => {
    const name = { bucket, key: 'lock' };
    const write = (text: string, condition: { absent: true } | { etag: string }) =>
      putObject(place, name, Buffer.from(text), { condition });
    const first = await write('1', { absent: true });
    const again = await write('2', { absent: true }).catch((error: unknown) => error);
    expect([(again as Error).name, natureOf(again)]).toEqual(['PreconditionFailed', 'conflict']);
    const second = await write('2', { etag: first.etag });
    await expect(write('3', { etag: first.etag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(deleteObject(place, name, first.etag)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(readObject(place, name, { etag: first.etag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    expect(textOf(await readObject(place, name, { etag: second.etag }))).toBe('2');
    await deleteObject(place, name, second.etag);
    expect(await headObject(place, name)).toBeUndefined();
  });

  test('is refused where the content is not what its MD5 says', async () => {
    const wrong = createHash('md5').update('other').digest();
    const put = putObject(place, { bucket, key: 'a' }, Buffer.from('a'), { md5: wrong });
    await expect(put).rejects.toThrow(expect.objectContaining({ name: 'BadDigest' }));
    expect(await headObject(place, { bucket, key: 'a' })).toBeUndefined();
  });

  test('lists more than a page, in the order of the bytes of keys', async () => {
    const keys = [...Array.from({ length: 2_100 }, (_, index) => `k/${index}`), 'k/\u{1f600}', 'k/\uff5e'];
    for (const key of keys) {
      server.s3.answer(requestTo(key), emptyBody, undefined);
    }
    await put('other');
    const pages: number[] = [];
    const seen: string[] = [];
    for await (const page of listObjects(place, bucket, 'k/')) {
      pages.push(page.length);
      seen.push(...page.map(({ key }) => key));
    }
    expect(pages).toEqual([1_000, 1_000, 102]);
    expect(seen).toEqual(
      [...keys].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))),
    );
  });

  test('deletes more than one call takes, and says which were refused', async () => {
    const keys = Array.from({ length: 1_500 }, (_, index) => `k&${index}`);
    for (const key of keys) server.s3.answer(requestTo(key), emptyBody, undefined);
    const refusing = new Set(['k&7', 'k&1400']);
    const held = server.s3.buckets.get(bucket);
    const remove = held?.remove.bind(held);
    if (!held || !remove) throw new Error('no bucket');
    held.remove = (key, version) => {
      if (refusing.has(key)) throw new S3Refusal('MethodNotAllowed', 'Under <legal> hold');
      remove(key, version);
    };
    const objects = keys.map((key) => ({ key }));
    expect(await deleteObjects(place, bucket, objects)).toEqual(
      new Map([...refusing].map((key) => [key, { name: 'MethodNotAllowed', message: 'Under <legal> hold' }])),
    );
    expect(await keysNow()).toEqual(['k&1400', 'k&7']);
    expect(server.traffic.byAction['DeleteObjects']).toBe(2);
  });

  test('deletes many only as they were, and minds none that is not there', async () => {
    const { etag } = await put('ours');
    await put('theirs', 'another');
    const objects = ['ours', 'theirs', 'gone'].map((key) => ({ key, etag }));
    const refused = await deleteObjects(place, bucket, objects);
    expect([...refused].map(([key, error]) => [key, natureOf(error)])).toEqual([['theirs', 'conflict']]);
    expect(await keysNow()).toEqual(['theirs']);
  });

  test('gives an object new headers in place, unless it is another one by now', async () => {
    const { etag } = await put('page');
    const name = { bucket, key: 'page' };
    const headers = { contentType: 'text/html', cacheControl: 'no-cache' };
    await copyObject(place, { from: name, fromEtag: etag, to: name, headers, size: 4 });
    expect(server.s3.buckets.get(bucket)?.current('page')?.headers).toMatchObject({
      'content-type': 'text/html',
      'cache-control': 'no-cache',
    });
    await put('page', 'another');
    const late = copyObject(place, { from: name, fromEtag: etag, to: name, headers: {}, size: 4 });
    expect(natureOf(await late.catch((error: unknown) => error))).toBe('conflict');
    expect(textOf(await readObject(place, name))).toBe('another');
  });

  test('gives an object of more than 5 GiB new headers in place, and leaves it its tags', async () => {
    const body = Buffer.alloc(5 * 1024 ** 2);
    const { etag } = await putObject(place, { bucket, key: 'film' }, body);
    const size = 5 * 1024 ** 3 + 1;
    const film = () => server.s3.buckets.get(bucket)?.current('film');
    // As if it were so large.
    Object.assign(film() ?? {}, { size, tagging: 'cost+centre=a%26b&owner=%C3%BC' });
    const name = { bucket, key: 'film' };
    await copyObject(place, { from: name, fromEtag: etag, to: name, headers: { cacheControl: 'x' }, size });
    expect(film()?.headers).toMatchObject({ 'cache-control': 'x' });
    expect([...new URLSearchParams(film()?.tagging)]).toEqual([
      ['cost centre', 'a&b'],
      ['owner', 'ü'],
    ]);
  });

  test('uploads what is large in parts, and knows its tag beforehand', async () => {
    const content = randomBytes(2 * partBytes + 1_000);
    const key = 'a b/large+?.bin';
    const put = await putLargeObject(place, { bucket, key }, inPieces(content, 1_000_003), {
      headers: { contentType: 'video/mp4' },
    });
    const md5s = [0, partBytes, 2 * partBytes].map((start) =>
      createHash('md5')
        .update(content.subarray(start, start + partBytes))
        .digest(),
    );
    const tag = tagOfParts(md5s);
    expect(put).toEqual({ etag: tag, tag, crc32: crc32(content), size: content.length });
    const read = await readObject(place, { bucket, key });
    expect(content.equals(read?.body ?? Buffer.alloc(0))).toBe(true);
    expect(server.s3.buckets.get(bucket)?.current(key)?.headers).toEqual({ 'content-type': 'video/mp4' });
    expect(await gathered(listUploads(place, bucket, ''))).toEqual([]);
  });

  test('leaves no upload behind where the content breaks off, and no part that arrives later', async () => {
    async function* broken() {
      yield Buffer.alloc(partBytes + 1);
      throw new Error('the archive broke off');
    }
    const put = putLargeObject(place, { bucket, key: 'large' }, broken());
    await expect(put).rejects.toThrow('the archive broke off');
    expect(server.traffic.byAction).toEqual({
      CreateMultipartUpload: 1,
      UploadPart: 1,
      AbortMultipartUpload: 1,
    });
    expect(server.s3.buckets.get(bucket)?.uploads.size).toBe(0);
    expect(await keysNow()).toEqual([]);
  });

  test('leaves no upload behind where a part is refused', async () => {
    // As if another hand had ended the upload.
    async function* content() {
      yield Buffer.alloc(partBytes);
      server.s3.buckets.get(bucket)?.uploads.clear();
      yield Buffer.alloc(partBytes);
    }
    await expect(putLargeObject(place, { bucket, key: 'large' }, content())).rejects.toThrow(
      expect.objectContaining({ name: 'NoSuchUpload' }),
    );
    expect(server.s3.buckets.get(bucket)?.uploads.size).toBe(0);
  });

  test('lists unfinished uploads, more than a page, and frees them, also twice', async () => {
    for (let index = 0; index < 1_001; index += 1) {
      server.s3.answer(
        { ...requestTo(`up/a+b %${index}`), action: 'CreateMultipartUpload' },
        emptyBody,
        undefined,
      );
    }
    server.s3.answer({ ...requestTo('other'), action: 'CreateMultipartUpload' }, emptyBody, undefined);
    const uploads: Upload[] = await gathered(listUploads(place, bucket, 'up/'));
    expect(new Set(uploads.map(({ key }) => key)).size).toBe(1_001);
    const upload = uploads.find(({ key }) => key === 'up/a+b %7');
    if (!upload) throw new Error('not listed');
    await abortUpload(place, upload);
    await abortUpload(place, upload);
    expect(await gathered(listUploads(place, bucket, 'up/'))).toHaveLength(1_000);
  });
});

describe('after an answer that was lost', () => {
  /** Does what is asked, and then breaks the connection once. */
  const losing = (method: S3Request['method'], target: RegExp) => {
    const handler = new NodeHttpHandler();
    let isLost = false;
    const requestHandler: NodeHttpHandler = Object.assign(Object.create(handler), {
      async handle(...order: Parameters<NodeHttpHandler['handle']>) {
        const answer = await handler.handle(...order);
        const [{ path, query, method: asked }] = order;
        if (
          isLost ||
          asked !== method ||
          !target.test(`${path}?${new URLSearchParams(query as never).toString()}`)
        )
          return answer;
        isLost = true;
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      },
    });
    const options = { endpoint: server.url, region: 'eu-west-1', credentials, requestHandler };
    return { s3: s3Client(options), patience: patient };
  };

  test('a conditional write finds that it was done', async () => {
    const place = losing('PUT', /lock/);
    const name = { bucket, key: 'lock' };
    const find = async () => {
      const read = await readObject(place, name);
      return textOf(read) === 'ours' ? read?.info : undefined;
    };
    const body = Buffer.from('ours');
    const { etag } = await putObject(place, name, body, { condition: { absent: true }, find });
    expect(etag).toBe(createHash('md5').update('ours').digest('hex'));
    expect(server.traffic.byAction['PutObject']).toBe(1);
  });

  test('without looking, the conflict with ourselves is told as such', async () => {
    const place = losing('PUT', /lock/);
    const write = putObject(place, { bucket, key: 'lock' }, Buffer.from('x'), {
      condition: { absent: true },
    });
    await expect(write).rejects.toThrow(expect.objectContaining({ name: 'PreconditionFailed' }));
  });

  describe.each([
    ['an object of many parts', false],
    ['an object under KMS', true],
  ])('new headers in place of %s', (_, hasKms) => {
    const headers = { contentType: 'text/html', cacheControl: 'no-cache', metadata: { by: 'us' } };

    beforeEach(() => {
      server.s3.makeBucket('large', { isVersioned: false, hasKms });
    });

    async function copying(place: S3, onLost: () => Promise<unknown>) {
      const to = { bucket: 'large', key: 'page' };
      const body = Buffer.alloc(partBytes + 5);
      const whole = {
        s3: s3Client({ endpoint: server.url, region: 'eu-west-1', credentials }),
        patience: patient,
      };
      const { etag: fromEtag } = hasKms
        ? await putObject(whole, to, body)
        : await putLargeObject(whole, to, inPieces(body, partBytes));
      const clock = { ...systemClock, sleep: async () => void (await onLost()) };
      const order = { from: to, fromEtag, to, headers, size: body.length };
      const copied = await copyObject({ ...place, patience: { ...patient, clock } }, order);
      return { copied, fromEtag, now: server.s3.buckets.get('large')?.current('page') };
    }

    test('are known by themselves', async () => {
      const { copied, fromEtag, now } = await copying(losing('PUT', /page/), async () => {});
      expect(copied.etag).toBe(now?.etag);
      expect(copied.etag).not.toBe(fromEtag);
      expect(server.traffic.byAction['CopyObject']).toBe(1);
    });

    test('are not taken for done where another hand was there', async () => {
      const place = losing('PUT', /page/);
      const late = copying(place, () =>
        putObject(place, { bucket: 'large', key: 'page' }, Buffer.from('theirs')),
      );
      await expect(late).rejects.toThrow('PreconditionFailed');
    });
  });

  test('the end of an upload in parts finds the object', async () => {
    const place = losing('POST', /uploadId=/);
    const content = Buffer.alloc(partBytes + 5);
    const { etag, tag } = await putLargeObject(place, { bucket, key: 'large' }, inPieces(content, partBytes));
    expect(etag).toBe(tag);
    expect(server.traffic.byAction['CompleteMultipartUpload']).toBe(1);
  });
});

async function* inPieces(content: Uint8Array, length: number) {
  for (let start = 0; start < content.length; start += length) yield content.subarray(start, start + length);
}
