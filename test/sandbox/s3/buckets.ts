/** Buckets themselves, where moto does not keep them: as many calls as the usual tools make. */
import type { Body } from './body.ts';
import { answer, answerXml, type S3Answer } from './call.ts';
import { S3Refusal } from './refusal.ts';
import type { S3Request } from './request.ts';
import type { MemoryS3 } from './s3.ts';
import { plainSettings } from './store.ts';
import { parse, textOf } from './xml.ts';

type BucketOperation = (s3: MemoryS3, request: S3Request, body: Body) => S3Answer;

const operations: Readonly<Record<string, BucketOperation>> = {
  ListBuckets: (s3) =>
    answerXml('ListAllMyBucketsResult', {
      Owner: { ID: 'owner' },
      Buckets: {
        Bucket: [...s3.buckets.values()].map(({ name, createdAt }) => ({
          Name: name,
          CreationDate: createdAt.toISOString(),
        })),
      },
    }),
  CreateBucket: (s3, { bucket }) => {
    if (s3.buckets.has(bucket)) {
      throw new S3Refusal('BucketAlreadyOwnedByYou', 'Your previous request to create the bucket succeeded');
    }
    s3.makeBucket(bucket, plainSettings);
    return answer(200, { location: `/${bucket}` });
  },
  HeadBucket: (s3, { bucket }) => {
    s3.bucketNamed(bucket);
    return answer(200);
  },
  DeleteBucket: (s3, { bucket }) => {
    if (!s3.bucketNamed(bucket).isEmpty) {
      throw new S3Refusal('BucketNotEmpty', 'The bucket you tried to delete is not empty');
    }
    s3.buckets.delete(bucket);
    return answer(204);
  },
  GetBucketLocation: (s3, { bucket }) => {
    s3.bucketNamed(bucket);
    return answerXml('LocationConstraint', {}); // us-east-1
  },
  GetBucketVersioning: (s3, { bucket }) => {
    const { isVersioned } = s3.bucketNamed(bucket).settings;
    return answerXml('VersioningConfiguration', { Status: isVersioned ? 'Enabled' : undefined });
  },
  PutBucketVersioning: (s3, { bucket }, body) => {
    const isVersioned = textOf(parse(body.pieces), 'Status') === 'Enabled';
    const found = s3.bucketNamed(bucket);
    found.settings = { ...found.settings, isVersioned };
    return answer(200);
  },
};

/** @returns undefined for what is no bucket's */
export const answerBucket = (s3: MemoryS3, request: S3Request, body: Body): S3Answer | undefined =>
  operations[request.action]?.(s3, request, body);
