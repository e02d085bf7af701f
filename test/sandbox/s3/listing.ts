/** ListObjects and ListObjectsV2, and the deletion of many. */
import { answerXml, header, type Operation, type S3Answer, type S3Call } from './call.ts';
import { removed } from './objects.ts';
import { S3Refusal } from './refusal.ts';
import type { Bucket, StoredObject } from './store.ts';
import { children, malformed, parse, textOf, type Xml } from './xml.ts';

const largestPage = 1000;

interface Page {
  objects: StoredObject[];
  folders: string[];
  /** The last key or folder of the page. */
  last: string;
  isTruncated: boolean;
}

interface Wanted {
  prefix: string;
  delimiter: string;
  /** What comes is past this; a folder that ends so is past with all that is in it. */
  after: string;
  most: number;
}

function pageOf(bucket: Bucket, wanted: Wanted): Page {
  const page: Page = { objects: [], folders: [], last: '', isTruncated: false };
  for (const entry of entriesOf(bucket, wanted)) {
    if (page.objects.length + page.folders.length >= wanted.most) {
      page.isTruncated = wanted.most > 0;
      break;
    }
    if (typeof entry === 'string') page.folders.push(entry);
    else page.objects.push(entry);
    page.last = typeof entry === 'string' ? entry : entry.key;
  }
  return page;
}

/** Objects, and folders that stand for all that is in them. */
function* entriesOf(bucket: Bucket, wanted: Wanted): Generator<StoredObject | string> {
  const { prefix, delimiter, after } = wanted;
  let folder = delimiter !== '' && after.endsWith(delimiter) ? after : undefined;
  const isPast = (key: string) => key === after || (folder !== undefined && key.startsWith(folder));
  const [, start = ''] = [after, prefix].sort();
  for (const object of bucket.from(start)) {
    if (!object.key.startsWith(prefix)) return;
    if (isPast(object.key)) continue;
    folder = folderOf(object.key, prefix, delimiter);
    yield folder ?? object;
  }
}

function folderOf(key: string, prefix: string, delimiter: string): string | undefined {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

/** @param after where the page before ended */
function wantedBy({ query }: S3Call, after: string): Wanted {
  const most = Number(query.get('max-keys') ?? largestPage);
  if (!Number.isInteger(most) || most < 0) {
    throw new S3Refusal('InvalidArgument', 'Provided max-keys not an integer or within integer range');
  }
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    after,
    most: Math.min(most, largestPage),
  };
}

const listObjectsV2: Operation = (call) => {
  const { query } = call;
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : readToken(token);
  const wanted = wantedBy(call, after);
  const page = pageOf(call.in, wanted);
  return answerPage(call, page, wanted, {
    KeyCount: page.objects.length + page.folders.length,
    ContinuationToken: token ?? undefined,
    StartAfter: query.get('start-after') ?? undefined,
    NextContinuationToken: page.isTruncated ? writeToken(page.last) : undefined,
  });
};

const listObjects: Operation = (call) => {
  const marker = call.query.get('marker') ?? '';
  const wanted = wantedBy(call, marker);
  const page = pageOf(call.in, wanted);
  // "returned only if you have the delimiter request parameter specified"
  const tellsNext = page.isTruncated && wanted.delimiter !== '';
  const next = tellsNext ? encoded(call, page.last) : undefined;
  return answerPage(call, page, wanted, { Marker: encoded(call, marker), NextMarker: next });
};

function answerPage(call: S3Call, page: Page, wanted: Wanted, own: Record<string, Xml>): S3Answer {
  const encode = (text: string) => encoded(call, text);
  return answerXml('ListBucketResult', {
    Name: call.bucket,
    Prefix: encode(wanted.prefix),
    Delimiter: wanted.delimiter === '' ? undefined : encode(wanted.delimiter),
    MaxKeys: wanted.most,
    EncodingType: call.query.get('encoding-type') ?? undefined,
    IsTruncated: page.isTruncated,
    ...own,
    Contents: page.objects.map((object) => ({
      Key: encode(object.key),
      LastModified: object.lastModified.toISOString(),
      ETag: `"${object.etag}"`,
      Size: object.size,
      StorageClass: object.headers['x-amz-storage-class'] ?? 'STANDARD',
    })),
    CommonPrefixes: page.folders.map((folder) => ({ Prefix: encode(folder) })),
  });
}

/** As `encoding-type` asks. */
export function encoded({ query }: S3Call, text: string): string {
  return query.get('encoding-type') === 'url' ? encodeURIComponent(text).replaceAll('%2F', '/') : text;
}

const writeToken = (last: string): string => Buffer.from(`after:${last}`).toString('base64url');

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (text.startsWith('after:')) return text.slice('after:'.length);
  throw new S3Refusal('InvalidArgument', 'The continuation token provided is incorrect');
}

const largestDeletion = 1000;

const deleteObjects: Operation = (call) => {
  requireChecksum(call);
  const root = parse(call.body.pieces);
  const objects = children(root, 'Object');
  if (objects.length === 0 || objects.length > largestDeletion) throw malformed();
  const isQuiet = textOf(root, 'Quiet') === 'true';
  const results = objects.map((object) =>
    deletionOf(call, textOf(object, 'Key') ?? '', textOf(object, 'VersionId'), textOf(object, 'ETag')),
  );
  return answerXml('DeleteResult', {
    Deleted: isQuiet ? [] : results.flatMap(({ deleted }) => deleted ?? []),
    Error: results.flatMap(({ error }) => error ?? []),
  });
};

/** "The Content-MD5 request header is required for all Multi-Object Delete requests", or another checksum. */
function requireChecksum({ headers, body }: S3Call): void {
  const isChecked = header(headers, 'content-md5') !== undefined || Object.keys(body.checksums).length > 0;
  if (!isChecked) {
    throw new S3Refusal('InvalidRequest', 'Missing required header for this request: Content-MD5');
  }
}

function deletionOf(
  call: S3Call,
  key: string,
  version: string | undefined,
  etag: string | undefined,
): { deleted?: Xml; error?: Xml } {
  try {
    const headers = removed(call, key, version ?? null, etag);
    const marker = headers['x-amz-delete-marker'];
    const made = marker ? { DeleteMarker: marker, DeleteMarkerVersionId: headers['x-amz-version-id'] } : {};
    return { deleted: { Key: key, VersionId: version, ...made } };
  } catch (error) {
    if (!(error instanceof S3Refusal)) throw error;
    return { error: { Key: key, VersionId: version, Code: error.code, Message: error.message } };
  }
}

export const listingOperations: Readonly<Record<string, Operation>> = {
  ListObjectsV2: listObjectsV2,
  ListObjects: listObjects,
  DeleteObjects: deleteObjects,
};
