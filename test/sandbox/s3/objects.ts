/** PutObject, GetObject, HeadObject, DeleteObject, and the tags of an object. */
import { slice } from './body.ts';
import {
  answer,
  answerXml,
  checksumHeaders,
  encryptionHeader,
  etagOf,
  header,
  type Operation,
  type S3Answer,
  type S3Call,
  store,
  versionHeader,
  wholeSeconds,
} from './call.ts';
import { checkIs, checkRead, checkWrite } from './conditions.ts';
import { storedHeaders } from './object-headers.ts';
import { noSuchKey, S3Refusal } from './refusal.ts';
import type { StoredObject } from './store.ts';
import { children, parse, textOf } from './xml.ts';

const putObject: Operation = (call) => {
  checkKey(call.key);
  checkWrite(call.headers, call.in.current(call.key));
  const { pieces, size, md5, checksums } = call.body;
  const etag = etagOf(call, md5);
  const tagging = header(call.headers, 'x-amz-tagging') ?? '';
  const object = { pieces, size, md5, checksums, etag, tagging, headers: storedHeaders(call.headers) };
  const stored = store(call, object, 'PutObject');
  return answer(200, {
    etag: `"${etag}"`,
    ...encryptionHeader(call),
    ...versionHeader(call, stored),
    ...checksumHeaders(checksums),
  });
};

/** "The name for a key is a sequence of Unicode characters whose UTF-8 encoding is at most 1,024 bytes long." */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > 1024) throw new S3Refusal('KeyTooLongError', 'Your key is too long');
}

const getObject: Operation = (call) => {
  const object = wanted(call);
  checkRead(call.headers, object);
  const range = rangeIn(call, object.size);
  if (range === undefined) {
    const headers = { ...headersOf(call, object), 'content-length': String(object.size) };
    return { status: 200, headers: { ...headers, ...wholeSums(call, object) }, pieces: object.pieces };
  }
  const { start, end } = range;
  const headers = {
    ...headersOf(call, object),
    'content-length': String(end - start),
    'content-range': `bytes ${start}-${end - 1}/${object.size}`,
  };
  return { status: 206, headers, pieces: slice(object.pieces, start, end) };
};

const headObject: Operation = (call) => ({ ...getObject(call), pieces: [] });

/** The object, or the version of it, that a request names. */
export function wanted(call: S3Call): StoredObject {
  const versionId = call.query.get('versionId');
  if (versionId === null) {
    const current = call.in.current(call.key);
    if (current) return current;
    throw noSuchKey();
  }
  const version = call.in.version(call.key, versionId);
  if (version === undefined) throw new S3Refusal('NoSuchVersion', 'The specified version does not exist.');
  if (version.isDeleteMarker) {
    throw new S3Refusal('MethodNotAllowed', 'The specified method is not allowed against this resource.');
  }
  return version;
}

const headersOf = (call: S3Call, object: StoredObject): Record<string, string> => ({
  ...object.headers,
  etag: `"${object.etag}"`,
  'last-modified': object.lastModified.toUTCString(),
  'accept-ranges': 'bytes',
  ...encryptionHeader(call),
  ...versionHeader(call, object),
  ...(object.tagging === '' ? {} : { 'x-amz-tagging-count': String(object.tagging.split('&').length) }),
});

const wholeSums = ({ headers }: S3Call, { checksums }: StoredObject): Record<string, string> =>
  header(headers, 'x-amz-checksum-mode') === 'ENABLED' ? checksumHeaders(checksums) : {};

/** RFC 9110, 14.2. S3 takes one range; of several, and of what is none, it answers the whole. */
function rangeIn({ headers }: S3Call, size: number): { start: number; end: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header(headers, 'range') ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start < end) return { start, end };
  throw new S3Refusal('InvalidRange', 'The requested range is not satisfiable', {
    'content-range': `bytes */${size}`,
  });
}

const deleteObject: Operation = (call) => {
  const condition = header(call.headers, 'if-match');
  return answer(204, removed(call, call.key, call.query.get('versionId'), condition));
};

/** @returns the headers that tell what was removed, or marked as such */
export function removed(
  call: S3Call,
  key: string,
  versionId: string | null,
  ifMatch: string | undefined,
): Record<string, string> {
  const bucket = call.in;
  if (ifMatch !== undefined) checkIs(ifMatch, bucket.current(key));
  if (versionId !== null) {
    bucket.remove(key, versionId);
    return { 'x-amz-version-id': versionId };
  }
  if (!bucket.settings.isVersioned) {
    bucket.remove(key, 'null');
    return {};
  }
  const marker = newMarker(call, key);
  bucket.put(marker);
  return { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.versionId };
}

const newMarker = ({ now, s3 }: S3Call, key: string): StoredObject => ({
  key,
  pieces: [],
  size: 0,
  md5: Buffer.alloc(0),
  etag: '',
  lastModified: wholeSeconds(now),
  versionId: s3.newId().slice(0, 32),
  headers: {},
  tagging: '',
  checksums: {},
  isDeleteMarker: true,
});

const getTagging: Operation = (call) => {
  const tags = new URLSearchParams(wanted(call).tagging);
  return answerXml('Tagging', { TagSet: { Tag: [...tags].map(([Key, Value]) => ({ Key, Value })) } });
};

const putTagging: Operation = (call) => {
  const tagging = new URLSearchParams();
  for (const tag of children(parse(call.body.pieces), 'Tag')) {
    tagging.append(textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? '');
  }
  return tagged(call, tagging.toString());
};

function tagged(call: S3Call, tagging: string): S3Answer {
  wanted(call).tagging = tagging;
  return answer(200);
}

const getAcl: Operation = (call) => {
  wanted(call);
  const ID = 'owner';
  return answerXml('AccessControlPolicy', {
    Owner: { ID },
    AccessControlList: { Grant: { Grantee: { ID }, Permission: 'FULL_CONTROL' } },
  });
};

export const objectOperations: Readonly<Record<string, Operation>> = {
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  GetObjectTagging: getTagging,
  PutObjectTagging: putTagging,
  DeleteObjectTagging: (call) => ({ ...tagged(call, ''), status: 204 }),
  GetObjectAcl: getAcl,
};
