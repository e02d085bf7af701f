/** The sandbox's S3, through the SDK's own client. */
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { CloudFormationClient, CreateStackCommand, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectCommandInput,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketNotificationConfigurationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  ListPartsCommand,
  PutBucketEncryptionCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';

let sandbox: Sandbox;
let s3: S3Client;

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const access = (region = 'us-east-1') => ({ endpoint: sandbox.url, region, credentials, maxAttempts: 1 });
const client = (region?: string) => new S3Client({ ...access(region), forcePathStyle: true });

const nine = new Date('2026-03-01T09:00:00.000Z');
const Bucket = 'site';

beforeAll(async () => {
  sandbox = await startSandbox();
  s3 = client();
});

beforeEach(async () => {
  await sandbox.reset();
  sandbox.setTime(nine);
  await s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  s3?.destroy();
  await sandbox?.close();
});

const md5 = (content: string | Uint8Array) => createHash('md5').update(content).digest('hex');

const put = (Key: string, Body: string | Uint8Array = Key, more: Partial<PutObjectCommandInput> = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));

const copy = (from: string, Key: string, more: Partial<CopyObjectCommandInput> = {}) =>
  s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${from}`, ...more }));

const head = (Key: string) => s3.send(new HeadObjectCommand({ Bucket, Key }));

async function read(Key: string, more: { Range?: string; VersionId?: string; IfMatch?: string } = {}) {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Body?.transformToString();
}

const keys = () => sandbox.objectsIn(Bucket).map(({ key }) => key);

describe('an object', () => {
  test('is answered as it was put, at the account’s time', async () => {
    const described = {
      ContentType: 'text/css',
      CacheControl: 'max-age=60',
      ContentEncoding: 'gzip',
      ContentDisposition: 'inline',
      ContentLanguage: 'de',
      WebsiteRedirectLocation: '/other',
      StorageClass: 'STANDARD_IA',
      Metadata: { 'cache-tag': 'css' },
    } as const;
    const { ETag } = await put('a b/ü+.css', 'body {}', described);
    expect(ETag).toBe(`"${md5('body {}')}"`);
    expect(await head('a b/ü+.css')).toMatchObject({
      ...described,
      ETag,
      ContentLength: 7,
      LastModified: nine,
    });
    expect(await read('a b/ü+.css')).toBe('body {}');
  });

  test('is answered by S3’s own clock, to the second', async () => {
    sandbox.setTime(new Date('2026-03-01T09:00:00.900Z'));
    await put('a');
    sandbox.setTime(new Date('2026-03-01T09:10:00.000Z'));
    const answer = await fetch(`${sandbox.url}/${Bucket}/a`);
    expect(answer.headers.get('last-modified')).toBe('Sun, 01 Mar 2026 09:00:00 GMT');
    expect(answer.headers.get('date')).toBe('Sun, 01 Mar 2026 09:10:00 GMT');
  });

  test('may have a key that a URL would take for a path', async () => {
    await put('../up//and/./down');
    expect(keys()).toEqual(['../up//and/./down']);
  });

  test.each([
    ['bytes=0-1', 'ab'],
    ['bytes=2-', 'cde'],
    ['bytes=-2', 'de'],
    ['bytes=3-99', 'de'],
  ])('is read in part: %s', async (Range, expected) => {
    await put('a', 'abcde');
    expect(await read('a', { Range })).toBe(expected);
  });

  test('is refused past its end, where it is not, and where it is another', async () => {
    await put('a', 'abcde');
    await expect(read('a', { Range: 'bytes=5-9' })).rejects.toMatchObject({
      name: 'InvalidRange',
      $metadata: { httpStatusCode: 416 },
    });
    await expect(read('none')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(read('a', { IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    const elsewhere = s3.send(new GetObjectCommand({ Bucket: 'none', Key: 'a' }));
    await expect(elsewhere).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'is checked by its %s, and told with it',
    async (algorithm) => {
      // Of "123456789", as the catalogues of checksums have them.
      const right = {
        CRC32: 'y/Q5Jg==',
        CRC32C: '4waSgw==',
        CRC64NVME: 'rosUhgp5mIg=',
        SHA1: '98O8HYCOBHMq32eZZczDTKeuNEE=',
        SHA256: 'FeKw08M4kecBeYQw9Ui0Q9zeyf5Cmzh3hQDh9jmRqYw=' as string,
      };
      right.SHA256 = createHash('sha256').update('123456789').digest('base64');
      right.SHA1 = createHash('sha1').update('123456789').digest('base64');
      const name = `Checksum${algorithm}`;
      await put('a', '123456789', { [name]: right[algorithm] });
      const seen = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a', ChecksumMode: 'ENABLED' }));
      expect(seen).toMatchObject({ [name]: right[algorithm] });
      await expect(put('b', '12345678', { [name]: right[algorithm] })).rejects.toMatchObject({
        name: 'BadDigest',
      });
      expect(keys()).toEqual(['a']);
    },
  );

  test('is checked by its MD5', async () => {
    const ContentMD5 = Buffer.from(md5('right'), 'hex').toString('base64');
    await put('a', 'right', { ContentMD5 });
    await expect(put('a', 'wrong', { ContentMD5 })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(put('a', 'right', { ContentMD5: 'short' })).rejects.toMatchObject({ name: 'InvalidDigest' });
  });

  test('is taken from a body in signed or unsigned chunks with a trailer', async () => {
    const body = (sum: string) =>
      `3\r\n123\r\n6;chunk-signature=x\r\n456789\r\n0\r\nx-amz-checksum-crc32:${sum}\r\n\r\n`;
    const send = (sum: string) =>
      fetch(`${sandbox.url}/${Bucket}/a`, {
        method: 'PUT',
        body: body(sum),
        headers: {
          'content-encoding': 'aws-chunked',
          'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
          'x-amz-decoded-content-length': '9',
          'x-amz-trailer': 'x-amz-checksum-crc32',
        },
      });
    expect((await send('AAAAAA==')).status).toBe(400);
    expect((await send('y/Q5Jg==')).status).toBe(200);
    expect(await read('a')).toBe('123456789');
    expect((await head('a')).ContentEncoding).toBeUndefined();
  });

  test('keeps its tags, which are told by their number', async () => {
    await put('a', 'a', { Tagging: 'who=me&what=that' });
    await copy('a', 'b');
    const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'b' }));
    expect(TagSet).toEqual([
      { Key: 'who', Value: 'me' },
      { Key: 'what', Value: 'that' },
    ]);
  });
});

describe('a conditional write', () => {
  test('of what must not be there fails where it is', async () => {
    await put('lock', 'mine', { IfNoneMatch: '*' });
    await expect(put('lock', 'theirs', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    expect(await read('lock')).toBe('mine');
  });

  test('of what must be this one fails where it is another, and where it is gone', async () => {
    const { ETag = '' } = await put('lock', 'one');
    await put('lock', 'two', { IfMatch: ETag });
    await expect(put('lock', 'three', { IfMatch: ETag })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'lock' }));
    await expect(put('lock', 'three', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('is won by one of many at once', async () => {
    const tries = Array.from({ length: 8 }, (_, index) => put('lock', `${index}`, { IfNoneMatch: '*' }));
    const results = await Promise.allSettled(tries);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('of a deletion is checked, too', async () => {
    await put('a', 'one');
    const remove = (IfMatch: string) => s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', IfMatch }));
    await expect(remove('"other"')).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await remove(`"${md5('one')}"`);
    await expect(remove(`"${md5('one')}"`)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('a copy', () => {
  test('onto itself with REPLACE gives new headers and keeps the content', async () => {
    const { ETag = '' } = await put('a.html', '<p>', { ContentType: 'text/plain', Metadata: { old: '1' } });
    const replaced = {
      MetadataDirective: 'REPLACE',
      ContentType: 'text/html',
      CacheControl: 'no-cache',
    } as const;
    const { CopyObjectResult } = await copy('a.html', 'a.html', { ...replaced, CopySourceIfMatch: ETag });
    expect(CopyObjectResult?.ETag).toBe(ETag);
    const seen = await head('a.html');
    expect(seen).toMatchObject({ ContentType: 'text/html', CacheControl: 'no-cache', ETag });
    expect(seen.Metadata).toEqual({});
  });

  test('onto itself without anything new is refused', async () => {
    await put('a');
    await expect(copy('a', 'a')).rejects.toMatchObject({ name: 'InvalidRequest' });
  });

  test('depends on its source, and on what it replaces', async () => {
    await put('a');
    await put('b');
    await expect(copy('a', 'c', { CopySourceIfMatch: '"other"' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await expect(copy('a', 'b', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(copy('none', 'b')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('a list', () => {
  const list = (more: object) => s3.send(new ListObjectsV2Command({ Bucket, ...more }));
  const keysOf = ({ Contents = [] }: Pick<ListObjectsV2CommandOutput, 'Contents'>) =>
    Contents.map(({ Key }) => Key);

  test('is in the order of the keys’ bytes, also past U+FFFF', async () => {
    for (const key of ['\u{1f600}', '\uff5e', 'b', 'a/b', 'a', 'B', 'a b', 'a-']) await put(key);
    expect(keysOf(await list({}))).toEqual(['B', 'a', 'a b', 'a-', 'a/b', 'b', '\uff5e', '\u{1f600}']);
  });

  test('comes in pages, whole and without repetition', async () => {
    for (let index = 0; index < 25; index += 1) await put(`p/${String(index).padStart(2, '0')}`);
    await put('q');
    const seen: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await list({ Prefix: 'p/', MaxKeys: 10, ContinuationToken });
      seen.push(...keysOf(page));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `p/${String(index).padStart(2, '0')}`));
    const rest = await s3.send(new ListObjectsCommand({ Bucket, Marker: 'p/23' }));
    expect(keysOf(rest)).toEqual(['p/24', 'q']);
  });

  test('has at most 1,000 keys', async () => {
    const keys = Array.from({ length: 1001 }, (_, index) => `${index}`);
    await Promise.all(
      keys.map((key) => fetch(`${sandbox.url}/${Bucket}/${key}`, { method: 'PUT', body: key })),
    );
    const { KeyCount, IsTruncated } = await list({ MaxKeys: 5000 });
    expect({ KeyCount, IsTruncated }).toEqual({ KeyCount: 1000, IsTruncated: true });
  });

  test('stands for folders where a delimiter is given', async () => {
    for (const key of ['a/1', 'a/2', 'b', 'c/1']) await put(key);
    const first = await list({ Delimiter: '/', MaxKeys: 1 });
    expect(first.CommonPrefixes).toEqual([{ Prefix: 'a/' }]);
    const rest = await list({ Delimiter: '/', ContinuationToken: first.NextContinuationToken });
    expect(rest.CommonPrefixes).toEqual([{ Prefix: 'c/' }]);
    expect(keysOf(rest)).toEqual(['b']);
  });
});

describe('a deletion of many', () => {
  const remove = (names: readonly string[]) =>
    s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: names.map((Key) => ({ Key })), Quiet: true } }),
    );

  test('takes 1,000 keys, whether they are there or not', async () => {
    await put('a&b<c>');
    await put('kept');
    await remove(['a&b<c>', ...Array.from({ length: 999 }, (_, index) => `none-${index}`)]);
    expect(keys()).toEqual(['kept']);
    await expect(remove(Array.from({ length: 1001 }, (_, index) => `${index}`))).rejects.toMatchObject({
      name: 'MalformedXML',
    });
  });
});

describe('an upload in parts', () => {
  const five = 5 * 1024 ** 2;
  const start = async (Key = 'big') => {
    const { UploadId = '' } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'video/mp4' }),
    );
    return UploadId;
  };
  const upload = async (UploadId: string, PartNumber: number, Body: Uint8Array) => {
    const { ETag } = await s3.send(
      new UploadPartCommand({ Bucket, Key: 'big', UploadId, PartNumber, Body, ContentLength: Body.length }),
    );
    return { PartNumber, ETag };
  };
  type Parts = { PartNumber: number; ETag: string | undefined }[];
  const complete = (UploadId: string, Parts: Parts, more: object = {}) =>
    s3.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key: 'big',
        UploadId,
        MultipartUpload: { Parts },
        ...more,
      }),
    );

  test('is there when it is completed, with a tag of its parts', async () => {
    const id = await start();
    const parts = [randomBytes(five), randomBytes(10)];
    const sent = [];
    for (const [index, part] of parts.entries()) sent.push(await upload(id, index + 1, part));
    expect(keys()).toEqual([]);
    const { ETag } = await complete(id, sent);
    const md5s = parts.map((part) => createHash('md5').update(part).digest());
    expect(ETag).toBe(`"${md5(Buffer.concat(md5s))}-2"`);
    expect(await head('big')).toMatchObject({ ContentType: 'video/mp4', ContentLength: five + 10, ETag });
    expect(sandbox.objectsIn(Bucket)[0]?.content().equals(Buffer.concat(parts))).toBe(true);
    await expect(complete(id, sent)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  test('is refused with small, swapped or wrong parts, and where something stands that must not', async () => {
    const id = await start();
    const small = await upload(id, 1, randomBytes(10));
    const last = await upload(id, 2, randomBytes(10));
    await expect(complete(id, [small, last])).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete(id, [last, small])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete(id, [{ ...small, ETag: '"x"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await put('big');
    await expect(complete(id, [small], { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await complete(id, [small]);
  });

  test('that was begun with a checksum wants it of every part, and again at its end', async () => {
    const begun = await s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'big', ChecksumAlgorithm: 'CRC32' }),
    );
    expect(begun).toMatchObject({ ChecksumAlgorithm: 'CRC32', ServerSideEncryption: 'AES256' });
    const id = begun.UploadId ?? '';
    const place = `${sandbox.url}/${Bucket}/big?partNumber=1&uploadId=${id}`;
    const bare = await fetch(place, { method: 'PUT', body: 'part' });
    expect(await bare.text()).toContain('expected checksum Type: crc32, actual checksum Type: null');
    const part = await upload(id, 1, Buffer.from('part'));
    await expect(complete(id, [part])).rejects.toThrow('It was missing for part 1 in the request.');
    const wrong = { ...part, ChecksumCRC32: 'AAAAAA==' };
    await expect(complete(id, [wrong])).rejects.toMatchObject({ name: 'InvalidPart' });
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(Buffer.from('part')));
    const right = { ...part, ChecksumCRC32: bytes.toString('base64') };
    expect((await complete(id, [right])).ETag).toMatch(/-1"$/);
  });

  test('is listed until it is aborted', async () => {
    const id = await start();
    const other = await start('other');
    await upload(id, 1, randomBytes(10));
    const { Parts } = await s3.send(new ListPartsCommand({ Bucket, Key: 'big', UploadId: id }));
    expect(Parts).toMatchObject([{ PartNumber: 1, Size: 10 }]);
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'big', UploadId: id }));
    const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(Uploads).toMatchObject([{ Key: 'other', UploadId: other, Initiated: nine }]);
    await expect(upload(id, 2, randomBytes(10))).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  test('may take parts of an object; a copy of the whole has the MD5 as its tag', async () => {
    const content = randomBytes(five + 100);
    await put('source', content);
    const id = await start();
    const part = async (PartNumber: number, range: string) => {
      const { CopyPartResult } = await s3.send(
        new UploadPartCopyCommand({
          Bucket,
          Key: 'big',
          UploadId: id,
          PartNumber,
          CopySource: `${Bucket}/source`,
          CopySourceRange: `bytes=${range}`,
        }),
      );
      return { PartNumber, ETag: CopyPartResult?.ETag };
    };
    await complete(id, [await part(1, `0-${five - 1}`), await part(2, `${five}-${five + 99}`)]);
    expect((await head('big')).ETag).toMatch(/-2"$/);
    const { CopyObjectResult } = await copy('big', 'whole');
    expect(CopyObjectResult?.ETag).toBe(`"${md5(content)}"`);
  });
});

describe('a bucket', () => {
  test('keeps versions where it is told to', async () => {
    const Status = 'Enabled';
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
    const { VersionId } = await put('a', 'one');
    await put('a', 'two');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    expect(keys()).toEqual([]);
    await expect(read('a')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(await read('a', { VersionId: VersionId ?? '' })).toBe('one');
    await expect(read('a', { VersionId: 'none' })).rejects.toMatchObject({ name: 'NoSuchVersion' });
  });

  test('under KMS gives tags that say nothing of the content', async () => {
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const } }];
    await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    const { ETag } = await put('a');
    expect(ETag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(ETag).not.toBe(`"${md5('a')}"`);
    const { UploadId, ServerSideEncryption } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'b' }),
    );
    const part = await s3.send(
      new UploadPartCommand({ Bucket, Key: 'b', UploadId, PartNumber: 1, Body: 'b' }),
    );
    expect([ServerSideEncryption, part.ServerSideEncryption]).toEqual(['aws:kms', 'aws:kms']);
    expect(part.ETag).not.toBe(`"${md5('b')}"`);
  });

  test('is in one region, which it tells those who ask in another', async () => {
    const away = client('eu-west-1');
    await away.send(
      new CreateBucketCommand({
        Bucket: 'away',
        CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
      }),
    );
    await away.send(new PutObjectCommand({ Bucket: 'away', Key: 'a', Body: 'a' }));
    const answer = await fetch(`${sandbox.url}/away/a`, {
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=test/20260301/us-east-1/s3/aws4_request' },
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-amz-bucket-region')).toBe('eu-west-1');
    expect(await answer.text()).toContain('<Region>eu-west-1</Region>');
    away.destroy();
  });

  test('is deleted only when it is empty', async () => {
    await put('a');
    const remove = () => s3.send(new DeleteBucketCommand({ Bucket }));
    await expect(remove()).rejects.toMatchObject({ name: 'BucketNotEmpty' });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await remove();
    await expect(put('a')).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  test('is moto’s whole where it is a deployment’s', async () => {
    const deployment = 'app-dev-serverlessdeploymentbucket-1';
    await s3.send(new CreateBucketCommand({ Bucket: deployment }));
    await s3.send(new PutObjectCommand({ Bucket: deployment, Key: 'code.zip', Body: 'zip' }));
    expect(sandbox.objectsIn(deployment)).toEqual([]);
    const { ContentLength } = await s3.send(new HeadObjectCommand({ Bucket: deployment, Key: 'code.zip' }));
    expect(ContentLength).toBe(3);
  });
});

describe('events', () => {
  test('tell of what was made in a bucket that has EventBridge told, and of no other', async () => {
    const NotificationConfiguration = { EventBridgeConfiguration: {} };
    await put('before');
    await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    const told = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(told.EventBridgeConfiguration).toEqual({});
    const Status = 'Enabled';
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
    const { VersionId } = await put('releases/1.zip', 'zip');
    await copy('releases/1.zip', 'releases/2.zip');
    expect(sandbox.events).toMatchObject([
      {
        version: '0',
        'detail-type': 'Object Created',
        source: 'aws.s3',
        account: '123456789012',
        time: '2026-03-01T09:00:00Z',
        region: 'us-east-1',
        resources: ['arn:aws:s3:::site'],
        detail: {
          bucket: { name: Bucket },
          object: { key: 'releases/1.zip', size: 3, etag: md5('zip'), 'version-id': VersionId },
          reason: 'PutObject',
        },
      },
      { detail: { object: { key: 'releases/2.zip' }, reason: 'CopyObject' } },
    ]);
  });

  test('are told, and versions kept, where a stack made the bucket so', async () => {
    const cloudFormation = new CloudFormationClient(access());
    const Properties = {
      BucketName: 'stacked',
      VersioningConfiguration: { Status: 'Enabled' },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    };
    const Resources = { Releases: { Type: 'AWS::S3::Bucket', Properties } };
    const StackName = 'stack';
    await cloudFormation.send(
      new CreateStackCommand({ StackName, TemplateBody: JSON.stringify({ Resources }) }),
    );
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: 'stacked', Key: 'a', Body: 'a' }));
    expect(VersionId).toMatch(/^[0-9a-f]{32}$/);
    expect(sandbox.events).toHaveLength(1);
    await cloudFormation.send(new DeleteStackCommand({ StackName }));
    const late = s3.send(new PutObjectCommand({ Bucket: 'stacked', Key: 'b', Body: 'b' }));
    await expect(late).rejects.toMatchObject({ name: 'NoSuchBucket' });
    cloudFormation.destroy();
  });

  test('of one’s own are kept as EventBridge would deliver them; a malformed one is refused', async () => {
    const events = new EventBridgeClient(access());
    const entry = { Source: 'groundskeeper', DetailType: 'Assets Synced' };
    const { FailedEntryCount, Entries } = await events.send(
      new PutEventsCommand({
        Entries: [
          { ...entry, Detail: '{"site":"www"}' },
          { ...entry, Detail: '{' },
        ],
      }),
    );
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([undefined, 'MalformedDetail']);
    expect(FailedEntryCount).toBe(1);
    expect(sandbox.events).toMatchObject([
      {
        source: 'groundskeeper',
        'detail-type': 'Assets Synced',
        time: '2026-03-01T09:00:00Z',
        detail: { site: 'www' },
      },
    ]);
    events.destroy();
  });
});

describe('calls', () => {
  test('are named as the SDK names them, with bucket and key', async () => {
    const from = sandbox.calls.length;
    await put('a', 'a', { IfNoneMatch: '*' });
    await copy('a', 'b');
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }, { Key: 'b' }] } }));
    await s3.send(new ListObjectsV2Command({ Bucket, Prefix: '' }));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'c' }));
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'c', UploadId }));
    expect(sandbox.calls.slice(from)).toMatchObject([
      { service: 's3', action: 'PutObject', parameters: { Bucket, Key: 'a', IfNoneMatch: '*' } },
      { action: 'CopyObject', parameters: { Key: 'b', CopySource: 'site/a' } },
      { action: 'DeleteObjects', parameters: { Keys: ['a', 'b'] } },
      { action: 'ListObjectsV2', parameters: { Bucket } },
      { action: 'CreateMultipartUpload' },
      { action: 'AbortMultipartUpload', parameters: { uploadId: UploadId } },
    ]);
  });

  test('that write are told at once, also where their answer is lost', async () => {
    const seen: string[][] = [];
    const end = sandbox.onWrite(() => seen.push(keys()));
    sandbox.inject({ action: 'PutObject', times: 1, effect: { kind: 'reset', executed: true } });
    await expect(put('a')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await put('b');
    await read('b');
    end();
    await put('c');
    expect(seen).toEqual([['a'], ['a', 'b']]);
  });
});
