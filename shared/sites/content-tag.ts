/**
 * How contents are compared: by the tag that S3 itself gives an object (its ETag, where the bucket is not
 * under KMS). So what lies in a bucket can be compared with a file even without a manifest.
 */
import { hash } from 'node:crypto';

/** A file of more than this goes in parts of this size. S3 takes parts of 5 MiB to 5 GiB, and 10,000 at most. */
export const partBytes = 16 * 1024 * 1024;

export const md5Of = (bytes: Uint8Array): Buffer => hash('md5', bytes, 'buffer');

/** Of a file that goes in one piece. */
export const tagOfWhole = (bytes: Uint8Array): string => md5Of(bytes).toString('hex');

/** Of one that goes in parts: the MD5 of its parts' MD5s, a hyphen, and how many there are. */
export const tagOfParts = (md5s: readonly Uint8Array[]): string =>
  `${md5Of(Buffer.concat(md5s)).toString('hex')}-${md5s.length}`;

/** Whether two tags speak of contents: under KMS an ETag is of the cipher text, and says nothing. */
export const isContentTag = (etag: string): boolean => /^[0-9a-f]{32}(-\d+)?$/.test(etag);
