/** What a copy is of, and what S3 answers to one. */
import { child, find, parseXml } from '../simpledb/xml.ts';
import { present } from './client.ts';
import { encodedKey } from './endpoint.ts';
import { errorElement, S3Error } from './errors.ts';
import { unquoted } from './object-headers.ts';
import type { ObjectHeaders, ObjectName } from './s3.ts';

export interface CopyOrder {
  from: ObjectName;
  /** Only if the original is still this one; else `PreconditionFailed`. */
  fromEtag?: string | undefined;
  to: ObjectName;
  /** Of the copy, in place of the original's. */
  headers?: ObjectHeaders | undefined;
  size: number;
}

export function sourceHeaders({
  from,
  fromEtag,
}: Pick<CopyOrder, 'from' | 'fromEtag'>): Record<string, string> {
  const version = from.versionId === undefined ? '' : `?versionId=${from.versionId}`;
  return {
    'X-Amz-Copy-Source': `/${from.bucket}/${encodedKey(from.key)}${version}`,
    ...(fromEtag !== undefined && { 'X-Amz-Copy-Source-If-Match': `"${fromEtag}"` }),
  };
}

/** A copy may fail after S3 has begun to answer 200: API reference, CopyObject. */
export function etagIn(body: Uint8Array, what: string): string {
  const error = errorElement(body);
  if (error) {
    const code = child(error, 'Code')?.text ?? 'InternalError';
    throw new S3Error(code, `${what}: ${child(error, 'Message')?.text ?? ''}`, 500);
  }
  return unquoted(present(find(parseXml(Buffer.from(body).toString()), 'ETag')?.text, 'ETag', what));
}
