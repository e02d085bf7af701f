/** User guide, "Conditional requests": of reads, of writes, of deletes, and of a copy's source. */
import type { IncomingHttpHeaders } from 'node:http';
import { header } from './call.ts';
import { noSuchKey, preconditionFailed, S3Refusal } from './refusal.ts';
import type { StoredObject } from './store.ts';

const isAmong = (etags: string, { etag }: StoredObject): boolean =>
  etags
    .split(',')
    .map((one) => one.trim().replace(/^W\//, '').replaceAll('"', ''))
    .some((one) => one === '*' || one === etag);

/** @throws S3Refusal 412, 304 */
export function checkRead(headers: IncomingHttpHeaders, object: StoredObject): void {
  const ifMatch = header(headers, 'if-match');
  const ifNoneMatch = header(headers, 'if-none-match');
  const modifiedSince = timeIn(headers, 'if-modified-since');
  const unmodifiedSince = timeIn(headers, 'if-unmodified-since');
  const time = object.lastModified.getTime();
  if (ifMatch !== undefined && !isAmong(ifMatch, object)) throw preconditionFailed();
  if (ifMatch === undefined && unmodifiedSince !== undefined && time > unmodifiedSince)
    throw preconditionFailed();
  if (ifNoneMatch !== undefined) {
    if (isAmong(ifNoneMatch, object)) throw notModified(object);
  } else if (modifiedSince !== undefined && time <= modifiedSince) throw notModified(object);
}

const notModified = ({ etag }: StoredObject) =>
  new S3Refusal('NotModified', 'Not Modified', { etag: `"${etag}"` });

function timeIn(headers: IncomingHttpHeaders, name: string): number | undefined {
  const value = header(headers, name);
  return value === undefined ? undefined : new Date(value).getTime();
}

/** @throws S3Refusal 412; 404 where something was to be there that is not */
export function checkWrite(headers: IncomingHttpHeaders, standing: StoredObject | undefined): void {
  const ifMatch = header(headers, 'if-match');
  const ifNoneMatch = header(headers, 'if-none-match');
  if (ifMatch !== undefined) checkIs(ifMatch, standing);
  if (ifNoneMatch === undefined) return;
  if (ifNoneMatch !== '*') {
    throw new S3Refusal(
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
    );
  }
  if (standing) throw preconditionFailed();
}

/** @param etag or `*` */
export function checkIs(etag: string, standing: StoredObject | undefined): void {
  if (standing === undefined) throw noSuchKey();
  if (!isAmong(etag, standing)) throw preconditionFailed();
}

/** @throws S3Refusal 412 */
export function checkCopySource(headers: IncomingHttpHeaders, source: StoredObject): void {
  const ifMatch = header(headers, 'x-amz-copy-source-if-match');
  const ifNoneMatch = header(headers, 'x-amz-copy-source-if-none-match');
  if (ifMatch !== undefined && !isAmong(ifMatch, source)) throw preconditionFailed();
  if (ifNoneMatch !== undefined && isAmong(ifNoneMatch, source)) throw preconditionFailed();
}
