/** What an object is stored with, and answered with again. */
import type { IncomingHttpHeaders } from 'node:http';
import { header } from './call.ts';
import { S3Refusal } from './refusal.ts';

const kept = [
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
  'x-amz-website-redirect-location',
];

/** API reference, PutObject: x-amz-storage-class */
const storageClasses = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
]);

export function storedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const stored: Record<string, string> = {
    'content-type': header(headers, 'content-type') ?? 'binary/octet-stream',
  };
  for (const name of kept) {
    const value = header(headers, name);
    if (value !== undefined) stored[name] = value;
  }
  for (const name of Object.keys(headers)) {
    if (name.startsWith('x-amz-meta-')) stored[name] = header(headers, name) ?? '';
  }
  return { ...stored, ...encodingIn(headers), ...storageClassIn(headers) };
}

/** "aws-chunked" is of the transfer alone. */
function encodingIn(headers: IncomingHttpHeaders): Record<string, string> {
  const encodings = (header(headers, 'content-encoding') ?? '').split(',').map((one) => one.trim());
  const own = encodings.filter((one) => one !== '' && one !== 'aws-chunked').join(',');
  return own === '' ? {} : { 'content-encoding': own };
}

/** Of STANDARD S3 says nothing. */
function storageClassIn(headers: IncomingHttpHeaders): Record<string, string> {
  const storageClass = header(headers, 'x-amz-storage-class') ?? 'STANDARD';
  if (!storageClasses.has(storageClass)) {
    throw new S3Refusal('InvalidRequest', 'The storage class you specified is not valid');
  }
  return storageClass === 'STANDARD' ? {} : { 'x-amz-storage-class': storageClass };
}
