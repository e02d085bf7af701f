/**
 * S3 in memory: objects, listings and multipart uploads, checked as S3 checks them. Every call is done at
 * once, so that of two conditional writes one fails. Signatures are not looked at.
 */
import { createHash } from 'node:crypto';
import type { Body } from './body.ts';
import {
  type Created,
  type Keeper,
  type Operation,
  type S3Answer,
  type S3Call,
  wholeSeconds,
} from './call.ts';
import { copyOperations } from './copies.ts';
import { listingOperations } from './listing.ts';
import { multipartOperations } from './multipart.ts';
import { multipartListOperations } from './multipart-lists.ts';
import { objectOperations } from './objects.ts';
import { S3Refusal } from './refusal.ts';
import type { S3Request } from './request.ts';
import { Bucket, type BucketSettings } from './store.ts';
import { document } from './xml.ts';

const operations: Readonly<Record<string, Operation>> = {
  ...objectOperations,
  ...copyOperations,
  ...listingOperations,
  ...multipartOperations,
  ...multipartListOperations,
};

/** What is done to the objects of a bucket, rather than to the bucket itself. */
export const isOfObjects = ({ action }: Pick<S3Request, 'action'>): boolean =>
  Object.hasOwn(operations, action);

export interface MemoryS3Options {
  now: () => Date;
  onCreated?: (created: Created) => void;
}

export class MemoryS3 implements Keeper {
  readonly buckets = new Map<string, Bucket>();
  readonly onCreated: (created: Created) => void;
  readonly #now: () => Date;
  #ids = 0;

  constructor({ now, onCreated = () => {} }: MemoryS3Options) {
    this.#now = now;
    this.onCreated = onCreated;
  }

  makeBucket(name: string, settings: BucketSettings): Bucket {
    const bucket = new Bucket(name, wholeSeconds(this.#now()), settings);
    this.buckets.set(name, bucket);
    return bucket;
  }

  /** @param region that the request is signed for */
  answer(request: S3Request, body: Body, region: string | undefined): S3Answer {
    const operation = operations[request.action];
    if (operation === undefined) {
      throw new S3Refusal('NotImplemented', `The local S3 does not know ${request.action}.`);
    }
    const bucket = this.bucketNamed(request.bucket);
    checkRegion(bucket, region);
    const call: S3Call = { ...request, body, in: bucket, now: this.#now(), s3: this };
    return operation(call);
  }

  bucketNamed(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket) return bucket;
    throw new S3Refusal('NoSuchBucket', 'The specified bucket does not exist');
  }

  /** The same every time: of a version, an upload, a request. */
  newId(): string {
    this.#ids += 1;
    return createHash('sha256').update(String(this.#ids)).digest('hex');
  }
}

function checkRegion({ settings: { region } }: Bucket, signed: string | undefined): void {
  if (region === undefined || signed === undefined || signed === region) return;
  throw new S3Refusal(
    'AuthorizationHeaderMalformed',
    `The authorization header is malformed; the region '${signed}' is wrong; expecting '${region}'`,
    { 'x-amz-bucket-region': region },
  );
}

/** What every answer has: the request's id, and S3's own time. */
export function complete(request: S3Request, answered: S3Answer, now: Date, requestId: string): S3Answer {
  const headers = { ...answered.headers, 'x-amz-request-id': requestId, date: now.toUTCString() };
  const isBare = request.method === 'HEAD' || answered.status === 304;
  return { ...answered, headers, pieces: isBare ? [] : answered.pieces };
}

export function refusalAnswer(request: S3Request, refusal: S3Refusal, requestId: string): S3Answer {
  const { code, message: Message, status, headers } = refusal;
  const region = headers['x-amz-bucket-region'];
  const text = document('Error', {
    Code: code,
    Message,
    BucketName: request.bucket,
    Key: request.key === '' ? undefined : request.key,
    Region: region,
    RequestId: requestId,
    HostId: requestId,
  }).replace(/ xmlns="[^"]*"/, '');
  return {
    status,
    headers: { ...headers, 'content-type': 'application/xml' },
    pieces: [Buffer.from(text)],
  };
}
