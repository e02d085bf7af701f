/** One call on its way through the in-memory S3. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Body, Content } from './body.ts';
import type { ChecksumName } from './checksums.ts';
import type { S3Request } from './request.ts';
import type { Bucket, StoredObject } from './store.ts';
import { document, type Xml } from './xml.ts';

/** What happened to an object: the reason of an `Object Created` event. */
export type Created = {
  bucket: Bucket;
  object: StoredObject;
  reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload';
};

export interface S3Call extends S3Request {
  in: Bucket;
  body: Body;
  now: Date;
  s3: Keeper;
}

/** What an operation needs beside its bucket. */
export interface Keeper {
  /** @throws S3Refusal NoSuchBucket */
  bucketNamed(name: string): Bucket;
  newId(): string;
  onCreated(created: Created): void;
}

export interface S3Answer {
  status: number;
  headers: Record<string, string>;
  pieces: readonly Buffer[];
}

export type Operation = (call: S3Call) => S3Answer;

export const answer = (status: number, headers: Record<string, string> = {}): S3Answer => ({
  status,
  headers,
  pieces: [],
});

export const answerXml = (name: string, values: Readonly<Record<string, Xml>>): S3Answer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  pieces: [Buffer.from(document(name, values))],
});

export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Under KMS an ETag says nothing of the content. */
export const etagOf = ({ in: bucket, s3 }: S3Call, md5: Buffer): string =>
  bucket.settings.hasKms ? s3.newId().slice(0, 32) : md5.toString('hex');

/** Since 2023 every object is encrypted, and every answer to a write says how. */
export const encryptionHeader = ({ in: bucket }: S3Call): Record<string, string> => ({
  'x-amz-server-side-encryption': bucket.settings.hasKms ? 'aws:kms' : 'AES256',
});

export interface NewObject extends Content {
  etag: string;
  headers: StoredObject['headers'];
  tagging: string;
  checksums: Readonly<Partial<Record<ChecksumName, string>>>;
}

/** Stores it as the newest version, and says so. */
export function store(call: S3Call, object: NewObject, reason: Created['reason']): StoredObject {
  const stored: StoredObject = {
    ...object,
    key: call.key,
    lastModified: wholeSeconds(call.now),
    versionId: call.in.settings.isVersioned ? call.s3.newId().slice(0, 32) : 'null',
    isDeleteMarker: false,
  };
  call.in.put(stored);
  call.s3.onCreated({ bucket: call.in, object: stored, reason });
  return stored;
}

/** S3 knows times to the second. */
export const wholeSeconds = (time: Date): Date => new Date(Math.floor(time.getTime() / 1000) * 1000);

export const versionHeader = (call: S3Call, { versionId }: StoredObject): Record<string, string> =>
  call.in.settings.isVersioned || versionId !== 'null' ? { 'x-amz-version-id': versionId } : {};

export const checksumHeaders = (checksums: StoredObject['checksums']): Record<string, string> =>
  Object.fromEntries(Object.entries(checksums).map(([name, sum]) => [`x-amz-checksum-${name}`, sum]));
