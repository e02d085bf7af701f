/** CopyObject, and what it has in common with UploadPartCopy. */
import { contentOf } from './body.ts';
import { answerXml, etagOf, header, type Operation, type S3Call, store, versionHeader } from './call.ts';
import { checkCopySource, checkWrite } from './conditions.ts';
import { storedHeaders } from './object-headers.ts';
import { checkKey, wanted } from './objects.ts';
import { S3Refusal } from './refusal.ts';
import type { StoredObject } from './store.ts';

/** "You can store individual objects of up to 50 TB. You create a copy of your object up to 5 GB in size". */
const largestCopy = 5 * 1024 ** 3;

interface Source {
  bucket: string;
  object: StoredObject;
}

/** `[/]<bucket>/<key>[?versionId=…]`, its key URL-encoded. */
export function sourceOf(call: S3Call): Source {
  const text = header(call.headers, 'x-amz-copy-source') ?? '';
  const [path = '', version] = text.split('?versionId=');
  const [, bucket = '', key = ''] =
    /^([^/]*)\/(.*)$/s.exec(decodeURIComponent(path).replace(/^\//, '')) ?? [];
  if (bucket === '' || key === '') {
    throw new S3Refusal('InvalidArgument', 'Copy Source must mention the source bucket and key');
  }
  const query = new URLSearchParams(version === undefined ? {} : { versionId: version });
  const object = wanted({ ...call, in: call.s3.bucketNamed(bucket), key, query });
  checkCopySource(call.headers, object);
  return { bucket, object };
}

const copyObject: Operation = (call) => {
  checkKey(call.key);
  const { bucket, object } = sourceOf(call);
  const isReplaced = header(call.headers, 'x-amz-metadata-directive') === 'REPLACE';
  refuseNothingNew(call, bucket, object, isReplaced);
  checkWrite(call.headers, call.in.current(call.key));
  // A copy is one part, whatever the source was.
  const content = object.md5.length > 0 ? object : contentOf(object.pieces);
  const { pieces, size, md5 } = content;
  const etag = etagOf(call, md5);
  const stored = store(
    call,
    { pieces, size, md5, etag, checksums: object.checksums, ...describing(call, object, isReplaced) },
    'CopyObject',
  );
  const result = answerXml('CopyObjectResult', {
    LastModified: stored.lastModified.toISOString(),
    ETag: `"${etag}"`,
  });
  const from = object.versionId === 'null' ? {} : { 'x-amz-copy-source-version-id': object.versionId };
  return { ...result, headers: { ...result.headers, ...versionHeader(call, stored), ...from } };
};

function refuseNothingNew(call: S3Call, bucket: string, object: StoredObject, isReplaced: boolean): void {
  if (object.size > largestCopy) {
    throw new S3Refusal(
      'InvalidRequest',
      'The specified copy source is larger than the maximum allowable size',
    );
  }
  const isItself = bucket === call.bucket && object.key === call.key;
  const hasNew = isReplaced || header(call.headers, 'x-amz-storage-class') !== undefined;
  if (!isItself || hasNew || object !== call.in.current(call.key)) return;
  throw new S3Refusal(
    'InvalidRequest',
    'This copy request is illegal because it is trying to copy an object to itself without changing ' +
      "the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

/** Redirect and storage class are never copied. */
function describing(call: S3Call, object: StoredObject, isReplaced: boolean) {
  const asked = storedHeaders(call.headers);
  const { 'x-amz-website-redirect-location': _, 'x-amz-storage-class': __, ...own } = object.headers;
  const ofCopy = ['x-amz-website-redirect-location', 'x-amz-storage-class'];
  const set = Object.fromEntries(Object.entries(asked).filter(([name]) => ofCopy.includes(name)));
  const newTags = header(call.headers, 'x-amz-tagging-directive') === 'REPLACE';
  return {
    headers: isReplaced ? asked : { ...own, ...set },
    tagging: newTags ? (header(call.headers, 'x-amz-tagging') ?? '') : object.tagging,
  };
}

export const copyOperations: Readonly<Record<string, Operation>> = { CopyObject: copyObject };
