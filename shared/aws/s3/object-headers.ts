/** Headers of HTTP from those of an object, and what S3 says of an object from HTTP's. */
import { present } from './client.ts';
import type { Condition, ObjectHeaders, ObjectInfo } from './s3.ts';

const names: Readonly<Record<Exclude<keyof ObjectHeaders, 'metadata'>, string>> = {
  contentType: 'Content-Type',
  cacheControl: 'Cache-Control',
  contentEncoding: 'Content-Encoding',
  contentDisposition: 'Content-Disposition',
  contentLanguage: 'Content-Language',
  websiteRedirect: 'X-Amz-Website-Redirect-Location',
  storageClass: 'X-Amz-Storage-Class',
  tagging: 'X-Amz-Tagging',
};

export function httpHeadersOf({ metadata = {}, ...headers }: ObjectHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [field, name] of Object.entries(names)) {
    const value = headers[field as keyof typeof headers];
    if (value !== undefined) result[name] = value;
  }
  for (const [name, value] of Object.entries(metadata)) result[`X-Amz-Meta-${name}`] = value;
  return result;
}

export function conditionHeaders(condition: Condition | undefined): Record<string, string> {
  if (condition === undefined) return {};
  return 'absent' in condition ? { 'If-None-Match': '*' } : { 'If-Match': `"${condition.etag}"` };
}

export const unquoted = (etag: string): string => etag.replace(/^"|"$/g, '');

export function objectInfo(headers: Readonly<Record<string, string>>, what: string): ObjectInfo {
  const range = headers['content-range'];
  const size = range === undefined ? headers['content-length'] : range.split('/')[1];
  return {
    etag: unquoted(present(headers['etag'], 'ETag', what)),
    size: Number(present(size, 'Content-Length', what)),
    lastModified: new Date(present(headers['last-modified'], 'Last-Modified', what)),
    answeredAt: new Date(present(headers['date'], 'Date', what)),
    versionId: headers['x-amz-version-id'],
  };
}
