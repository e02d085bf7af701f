/** What a copy is of, and what S3 answers to one. */
import { find } from '../simpledb/xml.ts';
import { present } from './client.ts';
import { encodedKey } from './endpoint.ts';
import { documentIn } from './errors.ts';
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

type Result = 'CopyObjectResult' | 'CopyPartResult' | 'CompleteMultipartUploadResult';

export const etagIn = (body: Uint8Array, name: Result, what: string): string =>
  unquoted(present(find(documentIn(body, name, what), 'ETag')?.text, 'ETag', what));
