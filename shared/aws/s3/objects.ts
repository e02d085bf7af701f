/** Single objects: read, whole or in part, and written in one piece. */
import { createHash } from 'node:crypto';
import { natureOf } from '../errors.ts';
import { persist } from '../persist.ts';
import { present } from './client.ts';
import { conditionHeaders, httpHeadersOf, objectInfo, unquoted } from './object-headers.ts';
import type { Condition, ObjectHeaders, ObjectInfo, ObjectName, S3 } from './s3.ts';

/** Bytes from `start` to `end`, both of them included, or the last so many. */
export type ByteRange = { start: number; end: number } | { last: number };

export interface ReadOptions {
  range?: ByteRange | undefined;
  /** Only if it is still this one; else `PreconditionFailed`. */
  etag?: string | undefined;
}

const md5Of = (body: Uint8Array): Uint8Array => createHash('md5').update(body).digest();

const nameOf = ({ bucket, key }: ObjectName): string => `s3://${bucket}/${key}`;

/** The object's bytes; undefined if there is no such object. */
export async function readObject(
  { s3, patience }: S3,
  name: ObjectName,
  options: ReadOptions = {},
): Promise<{ info: ObjectInfo; body: Uint8Array; rangeStart: number } | undefined> {
  return unlessAbsent(() =>
    persist(async () => {
      const { headers, body } = await s3.send(getting(name, options));
      return { info: objectInfo(headers, nameOf(name)), body, rangeStart: rangeStartIn(headers) };
    }, patience),
  );
}

/** What S3 says of an object without its bytes; undefined if there is no such object. */
export async function headObject(
  { s3, patience }: S3,
  { bucket, key, versionId }: ObjectName,
): Promise<ObjectInfo | undefined> {
  return unlessAbsent(() =>
    persist(async () => {
      const { headers } = await s3.send({ method: 'HEAD', bucket, key, query: { versionId } });
      return objectInfo(headers, nameOf({ bucket, key }));
    }, patience),
  );
}

export interface PutOptions {
  headers?: ObjectHeaders | undefined;
  condition?: Condition | undefined;
  /** Of the body: S3 refuses what arrives with another one. Left out: it is computed. */
  md5?: Uint8Array | undefined;
  /** After an answer that was lost: whether it was done, since a condition would then fail by our own hand. */
  find?: (() => Promise<{ etag: string } | undefined>) | undefined;
}

/** Writes an object of 5 GiB at most in one piece; repeated if its answer is lost, which writes the same again. */
export async function putObject(
  { s3, patience }: S3,
  { bucket, key }: ObjectName,
  body: Uint8Array,
  { headers = {}, condition, md5, find }: PutOptions = {},
): Promise<{ etag: string; versionId?: string | undefined }> {
  const request = {
    method: 'PUT' as const,
    bucket,
    key,
    headers: {
      ...httpHeadersOf(headers),
      ...conditionHeaders(condition),
      'Content-MD5': Buffer.from(md5 ?? md5Of(body)).toString('base64'),
    },
    body,
  };
  const put = async () => {
    const answer = await s3.send(request);
    const etag = unquoted(present(answer.headers['etag'], 'ETag', nameOf({ bucket, key })));
    return { etag, versionId: answer.headers['x-amz-version-id'] };
  };
  return persist<{ etag: string; versionId?: string | undefined }>(put, patience, find ? { find } : {});
}

/** Deletes one object, under the condition that it is still this one. */
export async function deleteObject(
  { s3, patience }: S3,
  { bucket, key }: ObjectName,
  etag?: string,
): Promise<void> {
  const headers = etag === undefined ? {} : { 'If-Match': `"${etag}"` };
  await persist(() => s3.send({ method: 'DELETE', bucket, key, headers }), patience);
}

function getting({ bucket, key, versionId }: ObjectName, { range, etag }: ReadOptions) {
  const headers = {
    ...(range && { Range: rangeText(range) }),
    ...(etag !== undefined && { 'If-Match': `"${etag}"` }),
  };
  return { method: 'GET' as const, bucket, key, query: { versionId }, headers };
}

const rangeText = (range: ByteRange): string =>
  'last' in range ? `bytes=-${range.last}` : `bytes=${range.start}-${range.end}`;

/** `bytes 100-199/1000`; the whole object comes without this header. */
const rangeStartIn = (headers: Readonly<Record<string, string>>): number =>
  Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1] ?? 0);

/** That there is no such object, as S3 says it; a bucket that is not there is an error. */
async function unlessAbsent<Result>(read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (natureOf(error) === 'absent') return undefined;
    throw error;
  }
}
