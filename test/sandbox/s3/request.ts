/** A request to S3, taken apart: which bucket, which key, and what S3's API calls it. */
import type { IncomingHttpHeaders } from 'node:http';

export interface S3Request {
  /** `PutObject`, `UploadPart`, … */
  action: string;
  method: string;
  /** `''` for the service itself. */
  bucket: string;
  /** `''` for the bucket itself. */
  key: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
}

/** @param target path and query as sent: `new URL` would take `..` and `//`, which keys may have, for its own */
export function readRequest(method: string, target: string, headers: IncomingHttpHeaders): S3Request {
  const mark = target.indexOf('?');
  const path = decoded(mark < 0 ? target : target.slice(0, mark)).slice(1);
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
  const hosted = bucketInHost(headers.host ?? '');
  const slash = path.indexOf('/');
  const bucket = hosted ?? (slash < 0 ? path : path.slice(0, slash));
  const inBucket = slash < 0 ? '' : path.slice(slash + 1);
  const key = hosted === undefined ? inBucket : path;
  const action = actionOf(method, bucket, key, query, headers);
  return { action, method, bucket, key, query, headers };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // not UTF-8
  }
}

/** `bucket.localhost:4566`, `bucket.s3.eu-west-1.amazonaws.com`: virtual-hosted style. */
const bucketInHost = (host: string): string | undefined =>
  /^(.+?)\.(?:localhost|s3[.-][a-z0-9.-]*amazonaws\.com)(?::\d+)?$/.exec(host)?.[1];

const objectActions: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
};

const bucketActions: Readonly<Record<string, string>> = {
  GET: 'ListObjects',
  HEAD: 'HeadBucket',
  PUT: 'CreateBucket',
  DELETE: 'DeleteBucket',
};

/** API reference, "Actions": the operations of each sub-resource, by method. */
const subResources: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  uploads: { POST: 'CreateMultipartUpload', GET: 'ListMultipartUploads' },
  delete: { POST: 'DeleteObjects' },
  versions: { GET: 'ListObjectVersions' },
  location: { GET: 'GetBucketLocation' },
  versioning: { GET: 'GetBucketVersioning', PUT: 'PutBucketVersioning' },
  notification: { GET: 'GetBucketNotificationConfiguration', PUT: 'PutBucketNotificationConfiguration' },
  encryption: { GET: 'GetBucketEncryption', PUT: 'PutBucketEncryption', DELETE: 'DeleteBucketEncryption' },
  policy: { GET: 'GetBucketPolicy', PUT: 'PutBucketPolicy', DELETE: 'DeleteBucketPolicy' },
  publicAccessBlock: { GET: 'GetPublicAccessBlock', PUT: 'PutPublicAccessBlock' },
};

const onObjectsAndBuckets: Readonly<Record<string, string>> = { tagging: 'Tagging', acl: 'Acl' };

const verbs: Readonly<Record<string, string>> = { GET: 'Get', PUT: 'Put', DELETE: 'Delete' };

function actionOf(
  method: string,
  bucket: string,
  key: string,
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
): string {
  if (bucket === '') return 'ListBuckets';
  const copies = headers['x-amz-copy-source'] !== undefined;
  const upload = query.has('uploadId') ? ofUpload(method, copies) : undefined;
  const plain = key === '' ? ofBucket(method, query) : ofObject(method, copies);
  return ofSubResource(method, key, query) ?? upload ?? plain;
}

const ofObject = (method: string, copies: boolean): string =>
  method === 'PUT' && copies ? 'CopyObject' : (objectActions[method] ?? method);

const ofBucket = (method: string, query: URLSearchParams): string =>
  method === 'GET' && query.get('list-type') === '2' ? 'ListObjectsV2' : (bucketActions[method] ?? method);

function ofSubResource(method: string, key: string, query: URLSearchParams): string | undefined {
  const known = [...query.keys()].map((name) => knownSubResource(method, key, name)).find(Boolean);
  // One that is not listed above has no value: `?lifecycle`.
  const other = [...query].find(([name, value]) => value === '' && !withEmptyValue.has(name))?.[0];
  return known ?? (other === undefined ? undefined : `${method} ${other}`);
}

function knownSubResource(method: string, key: string, name: string): string | undefined {
  const shared = onObjectsAndBuckets[name];
  if (shared === undefined) return subResources[name]?.[method];
  return `${verbs[method] ?? method}${key === '' ? 'Bucket' : 'Object'}${shared}`;
}

/** Parameters that are no sub-resources, and may be empty. */
const withEmptyValue = new Set(['prefix', 'delimiter', 'marker', 'start-after', 'continuation-token']);

function ofUpload(method: string, copies: boolean): string {
  if (method === 'PUT') return copies ? 'UploadPartCopy' : 'UploadPart';
  if (method === 'POST') return 'CompleteMultipartUpload';
  return method === 'DELETE' ? 'AbortMultipartUpload' : 'ListParts';
}
